################################################################################
#
# offhook-tryboot
#
################################################################################

OFFHOOK_TRYBOOT_SITE = $(BR2_EXTERNAL_OFFHOOK_PATH)/package/offhook-tryboot
OFFHOOK_TRYBOOT_SITE_METHOD = local
OFFHOOK_TRYBOOT_LICENSE = Apache-2.0

define OFFHOOK_TRYBOOT_BUILD_CMDS
	$(TARGET_CC) $(TARGET_CFLAGS) $(TARGET_LDFLAGS) -Wall -o $(@D)/tryboot $(@D)/tryboot.c
endef

define OFFHOOK_TRYBOOT_INSTALL_TARGET_CMDS
	$(INSTALL) -D -m 0755 $(@D)/tryboot $(TARGET_DIR)/usr/sbin/tryboot
endef

$(eval $(generic-package))
