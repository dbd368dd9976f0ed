/* webrtc: WebRTC's audio processing at 16 kHz with echo canceller, noise suppression and high-pass; it finds the
   delay itself and has the long filter. It does not tell what its linear filter leaves. */
#include "peer.h"
#include <webrtc/modules/audio_processing/include/audio_processing.h>

using namespace webrtc;

int main()
{
	const int frame = 160;
	Config config;
	config.Set<ExtendedFilter>(new ExtendedFilter(true));
	config.Set<DelayAgnostic>(new DelayAgnostic(true));
	AudioProcessing *apm = AudioProcessing::Create(config);
	StreamConfig mono(16000, 1);
	ProcessingConfig all = {{mono, mono, mono, mono}};
	if (!apm || apm->Initialize(all) != AudioProcessing::kNoError)
		return 2;
	apm->high_pass_filter()->Enable(true);
	apm->echo_cancellation()->enable_drift_compensation(false);
	apm->echo_cancellation()->set_suppression_level(EchoCancellation::kModerateSuppression);
	apm->echo_cancellation()->Enable(true);
	apm->noise_suppression()->set_level(NoiseSuppression::kModerate);
	apm->noise_suppression()->Enable(true);
	read_all(frame);
	float near[frame], far[frame];
	float *captured[1] = {near}, *played[1] = {far};
	long long began = processor();
	for (size_t at = 0; at < count; at += frame) {
		int16_t *p = pairs + 2 * at;
		for (int i = 0; i < frame; i++)
			near[i] = p[2 * i] / 32768.f, far[i] = p[2 * i + 1] / 32768.f;
		if (apm->ProcessReverseStream(played, mono, mono, played) != AudioProcessing::kNoError)
			return 3;
		apm->set_stream_delay_ms(0);
		if (apm->ProcessStream(captured, mono, mono, captured) != AudioProcessing::kNoError)
			return 4;
		for (int i = 0; i < frame; i++) {
			float v = near[i] * 32768.f;
			p[2 * i] = p[2 * i + 1] = v > 32767 ? 32767 : v < -32768 ? -32768 : (int16_t)(v < 0 ? v - .5f : v + .5f);
		}
	}
	return write_all(processor() - began);
}
