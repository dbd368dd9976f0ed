################################################################################
#
# offhook
#
################################################################################

OFFHOOK_SITE = $(call qstrip,$(BR2_PACKAGE_OFFHOOK_SOURCE))
OFFHOOK_SITE_METHOD = local
OFFHOOK_VERSION = $(or $(shell cat $(OFFHOOK_SITE)/VERSION 2>/dev/null),local)
OFFHOOK_LICENSE = Apache-2.0
OFFHOOK_LICENSE_FILES = LICENSE
OFFHOOK_GOMOD = offhook
OFFHOOK_BUILD_TARGETS = cmd/offhook
OFFHOOK_FILES = $(BR2_EXTERNAL_OFFHOOK_PATH)/package/offhook
OFFHOOK_DEBIAN = $(BR2_EXTERNAL_OFFHOOK_PATH)/debian

# The flags that make it small are the project's own. No cgo: the program is
# static whatever the C library is.
OFFHOOK_GO_ENV = CGO_ENABLED=0
OFFHOOK_BUILD_OPTS = $(shell cat $(OFFHOOK_SITE)/FLAGS 2>/dev/null)
OFFHOOK_TAGS = nethttpomithttp2
OFFHOOK_LDFLAGS = -s -w -X main.version=$(OFFHOOK_VERSION)

define OFFHOOK_USERS
	offhook -1 offhook -1 * /var/lib/offhook - audio,gpio,i2c,spi,video,input Telephone
	- -1 gpio -1 - - - -
	- -1 i2c -1 - - - -
	- -1 spi -1 - - - -
endef

define OFFHOOK_INSTALL_RULES
	$(INSTALL) -D -m 0644 $(OFFHOOK_DEBIAN)/offhook.udev $(TARGET_DIR)/usr/lib/udev/rules.d/60-offhook.rules
endef
OFFHOOK_POST_INSTALL_TARGET_HOOKS += OFFHOOK_INSTALL_RULES

define OFFHOOK_INSTALL_INIT_SYSTEMD
	$(INSTALL) -D -m 0644 $(OFFHOOK_DEBIAN)/offhook.service $(TARGET_DIR)/usr/lib/systemd/system/offhook.service
	$(INSTALL) -D -m 0644 $(OFFHOOK_FILES)/no-setup.conf $(TARGET_DIR)/usr/lib/systemd/system/offhook.service.d/no-setup.conf
endef

# DHCP's options are asked for at port 68.
define OFFHOOK_INSTALL_INIT_SYSV
	$(INSTALL) -D -m 0755 $(OFFHOOK_FILES)/S99offhook $(TARGET_DIR)/etc/init.d/S99offhook
	$(INSTALL) -D -m 0755 $(OFFHOOK_FILES)/keep $(TARGET_DIR)/usr/lib/offhook/keep
endef

ifeq ($(BR2_ROOTFS_DEVICE_TABLE_SUPPORTS_EXTENDED_ATTRIBUTES)$(BR2_INIT_SYSTEMD),y)
define OFFHOOK_PERMISSIONS
	/usr/bin/offhook f 755 0 0 - - - - -
	|xattr cap_net_bind_service,cap_net_raw+ep
endef
endif

$(eval $(golang-package))
