/* What the programs have in common: they read all of the standard input, 16-bit pairs of what is captured and what
   is played, and write pairs of what is sent and what is left after the linear filter. The nanoseconds of processor
   time that the work itself took go to the standard error. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int16_t *pairs;
static size_t count;

static void read_all(size_t frame)
{
	size_t room = 1 << 20, have = 0, n;
	pairs = (int16_t *)malloc(room * 4);
	while (pairs && (n = fread(pairs + 2 * have, 4, room - have, stdin)) > 0) {
		have += n;
		if (have == room)
			pairs = (int16_t *)realloc(pairs, (room *= 2) * 4);
	}
	if (!pairs)
		abort();
	count = have / frame * frame;
}

static int write_all(long long took)
{
	fprintf(stderr, "%lld\n", took);
	return fwrite(pairs, 4, count, stdout) == count ? 0 : 1;
}

static long long processor(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}
