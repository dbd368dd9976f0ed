/* The yardstick: sends a packet each period and does nothing else.
 * beat PORT PERIOD_NS OCTETS, until it is killed. */
#include <arpa/inet.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	int64_t period = atoll(argv[2]);
	size_t size = atoi(argv[3]);
	unsigned char packet[1500] = {0x80};
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || size > sizeof packet)
		return 1;
	struct sched_param fifo = {.sched_priority = 40};
	if (sched_setscheduler(0, SCHED_FIFO, &fifo))
		fprintf(stderr, "no real-time priority\n");
	mlockall(MCL_CURRENT | MCL_FUTURE);
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	int64_t next = (((int64_t)t.tv_sec * 1000000000 + t.tv_nsec) / period + 1) * period;
	for (uint16_t n = 0;; n++, next += period) {
		t.tv_sec = next / 1000000000;
		t.tv_nsec = next % 1000000000;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
			;
		packet[2] = n >> 8;
		packet[3] = n;
		sendto(s, packet, size, 0, (struct sockaddr *)&to, sizeof to);
	}
}
