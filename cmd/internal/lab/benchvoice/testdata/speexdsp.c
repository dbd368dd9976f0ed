/* speexdsp FRAME TAIL: speexdsp's echo canceller and its preprocessor with noise and residual echo suppression, of
   frames and a tail of so many samples at 16 kHz. A TAIL of 0 is the preprocessor alone; GAIN after it adds its
   automatic gain control. */
#include "peer.h"
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

int main(int argc, char **argv)
{
	int frame = argc > 2 ? atoi(argv[1]) : 0, tail = argc > 2 ? atoi(argv[2]) : 0, gain = argc > 3, rate = 16000, on = 1;
	spx_int16_t near[2048], far[2048], out[2048];
	SpeexEchoState *echo = NULL;
	SpeexPreprocessState *pre;
	if (frame < 1 || frame > 2048)
		return 2;
	read_all(frame);
	pre = speex_preprocess_state_init(frame, rate);
	speex_preprocess_ctl(pre, SPEEX_PREPROCESS_SET_DENOISE, &on);
	if (gain)
		speex_preprocess_ctl(pre, SPEEX_PREPROCESS_SET_AGC, &on);
	if (tail > 0) {
		echo = speex_echo_state_init(frame, tail);
		speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
		speex_preprocess_ctl(pre, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
	}
	long long began = processor();
	for (size_t at = 0; at < count; at += frame) {
		int16_t *p = pairs + 2 * at;
		for (int i = 0; i < frame; i++)
			near[i] = out[i] = p[2 * i], far[i] = p[2 * i + 1];
		if (echo)
			speex_echo_cancellation(echo, near, far, out);
		for (int i = 0; i < frame; i++)
			p[2 * i + 1] = out[i];
		speex_preprocess_run(pre, out);
		for (int i = 0; i < frame; i++)
			p[2 * i] = out[i];
	}
	return write_all(processor() - began);
}
