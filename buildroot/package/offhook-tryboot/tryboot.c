/* Starts the machine again with an argument, which the Raspberry Pi's kernel hands to
 * its boot loader: this once, the system under [tryboot] of autoboot.txt. Services are
 * to be stopped before. See reboot(2). */
#include <linux/reboot.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART2, "0 tryboot");
	perror("tryboot: the machine was not started again (run it as root)");
	return 1;
}
