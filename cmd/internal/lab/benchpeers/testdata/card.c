/* A sound card for programs that have none: capture from a raw file, playback
 * into another, in time with the monotonic clock. Each start is told in a log:
 * the sample from which on it counts, and the instant of that sample. */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct card {
	snd_pcm_ioplug_t io;
	FILE *sound, *log;
	int running;
	int64_t zero;          /* ns: when sample 0 since the start is captured or played */
	snd_pcm_uframes_t moved; /* since the start */
	uint64_t total;
};

static int64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int card_start(snd_pcm_ioplug_t *io)
{
	struct card *c = io->private_data;
	int64_t period = INT64_C(1000000000) * io->period_size / io->rate;
	struct itimerspec t = {0};
	c->zero = now();
	c->running = 1;
	t.it_value.tv_sec = (c->zero + period) / 1000000000;
	t.it_value.tv_nsec = (c->zero + period) % 1000000000;
	t.it_interval.tv_nsec = period;
	timerfd_settime(io->poll_fd, TFD_TIMER_ABSTIME, &t, NULL);
	/* What was written before the start is heard from it on. */
	fprintf(c->log, "%llu %lld %u %lu %lu\n", (unsigned long long)(c->total - c->moved), (long long)c->zero, io->rate,
		(unsigned long)io->period_size, (unsigned long)io->buffer_size);
	fflush(c->log);
	return 0;
}

static int card_stop(snd_pcm_ioplug_t *io)
{
	struct card *c = io->private_data;
	struct itimerspec t = {0};
	c->running = 0;
	timerfd_settime(io->poll_fd, 0, &t, NULL);
	return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io)
{
	struct card *c = io->private_data;
	card_stop(io);
	c->moved = 0;
	return 0;
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io)
{
	struct card *c = io->private_data;
	if (!c->running)
		return 0;
	int64_t at = (now() - c->zero) * io->rate / 1000000000;
	if (io->stream == SND_PCM_STREAM_PLAYBACK ? at > (int64_t)c->moved : at > (int64_t)(c->moved + io->buffer_size))
		return -EPIPE;
	return at % io->buffer_size;
}

static snd_pcm_sframes_t card_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct card *c = io->private_data;
	char *p = (char *)areas->addr + (areas->first + areas->step * offset) / 8;
	size_t width = 2 * io->channels;
	if (io->stream == SND_PCM_STREAM_PLAYBACK) {
		fwrite(p, width, size, c->sound);
	} else {
		size_t n = fread(p, width, size, c->sound);
		memset(p + n * width, 0, (size - n) * width);
	}
	c->moved += size;
	c->total += size;
	return size;
}

static int card_revents(snd_pcm_ioplug_t *io, struct pollfd *p, unsigned n, unsigned short *revents)
{
	uint64_t ticks;
	(void)n;
	*revents = 0;
	if (p->revents & POLLIN) {
		if (read(io->poll_fd, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
			return -errno;
		*revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
	}
	return 0;
}

static int card_close(snd_pcm_ioplug_t *io)
{
	struct card *c = io->private_data;
	if (c->sound)
		fclose(c->sound);
	if (c->log)
		fclose(c->log);
	close(io->poll_fd);
	free(c);
	return 0;
}

static const snd_pcm_ioplug_callback_t calls = {
	.start = card_start, .stop = card_stop, .prepare = card_prepare, .pointer = card_pointer,
	.transfer = card_transfer, .poll_revents = card_revents, .close = card_close,
};

SND_PCM_PLUGIN_DEFINE_FUNC(bench)
{
	static const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED}, format[] = {SND_PCM_FORMAT_S16_LE};
	int play = stream == SND_PCM_STREAM_PLAYBACK, err;
	char file[512];
	const char *dir = getenv("BENCH_CARD");
	struct card *c = calloc(1, sizeof *c);
	(void)root;
	(void)conf;
	if (!c || !dir)
		return -EINVAL;
	snprintf(file, sizeof file, "%s/%s.raw", dir, play ? "heard" : "said");
	c->sound = fopen(file, play ? "ab" : "rb");
	snprintf(file, sizeof file, "%s/%s.starts", dir, play ? "heard" : "said");
	c->log = fopen(file, "a");
	if (!c->sound || !c->log)
		return -ENOENT;
	if (play) {
		fseek(c->sound, 0, SEEK_END);
		c->total = ftell(c->sound) / 2;
	}
	c->io.version = SND_PCM_IOPLUG_VERSION;
	c->io.name = "bench";
	c->io.callback = &calls;
	c->io.private_data = c;
	c->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	c->io.poll_events = POLLIN;
	if ((err = snd_pcm_ioplug_create(&c->io, name, stream, mode)) < 0)
		return err;
	snd_pcm_ioplug_set_param_list(&c->io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
	snd_pcm_ioplug_set_param_list(&c->io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
	snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 1);
	snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_RATE, 8000, 48000);
	snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 80, 1 << 16);
	snd_pcm_ioplug_set_param_minmax(&c->io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
	*pcmp = c->io.pcm;
	return 0;
}
SND_PCM_PLUGIN_SYMBOL(bench);
