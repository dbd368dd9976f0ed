# Bare `make` lists the targets. `make run` and `make test` are all that a new
# machine needs: Debian with Go, make, and root or sudo.

GO        ?= go
VERSION   ?= $(shell git describe --always --dirty 2>/dev/null || echo development)
LDFLAGS   := -s -w -X main.version=$(VERSION)
# A board's flash is small. Where it is not hot, that is where nothing runs for each
# packet or sample, nothing is inlined (-e changes nothing; the last pattern that fits a
# package counts), a deferred call is not repeated at each return and a slice is not
# begun on the stack. The runtime, and what waits for the kernel, are not hot either: a
# hands-free call takes 1 % more for it. What a generic function's copies are called is short: all names
# are in the binary. HTTP/2 is for nobody a telephone speaks to.
HOT       := sync sync/atomic math math/bits \
	crypto/aes crypto/cipher crypto/internal/fips140/aes/... crypto/internal/fips140/sha1 crypto/internal/fips140/subtle \
	github.com/pion/rtp github.com/pion/srtp/... github.com/pion/transport/v5/replaydetector \
	github.com/thesyncim/gopus/internal/celt github.com/thesyncim/gopus/internal/silk github.com/thesyncim/gopus/internal/rangecoding \
	offhook/hal/alsa offhook/hal/soundfile offhook/media/cn offhook/media/dsp/... \
	offhook/media/dtmf offhook/media/engine offhook/media/g711 offhook/media/g722 \
	offhook/media/session/countermode offhook/media/tone
NAMES     := maxshapelen=64
FLAGS     := -trimpath -tags nethttpomithttp2 '-gcflags=all=-l -d=$(NAMES),noopendefer=1,variablemakethreshold=0' $(foreach p,$(HOT),'-gcflags=$(p)=-e -d=$(NAMES)')
BUILD     := CGO_ENABLED=0 $(GO) build $(FLAGS) -ldflags '$(LDFLAGS)'
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0
FUZZTIME  ?= 10s
# Measures of sound: minutes of arithmetic, ten times slower under the race detector.
COMPUTES  := offhook/cmd/internal/lab/benchmedia offhook/cmd/internal/lab/benchvoice offhook/media/mediatest/pesq
SPEECH    ?=
OUT       ?=
PEERS     := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/offhook-peers
DEMO_ARGS := $(if $(SPEECH),--speech $(SPEECH)) $(if $(OUT),--out $(OUT))

# The slimmest and the oldest boards are 32-bit ARM.
TARGETS   := linux-arm6 linux-arm7 linux-arm64 linux-amd64
# 16 MiB stripped: what a small board's flash and an update over the air bear.
# A PC has room; the bound there is against accidents.
MAX_SIZE  := 16777216
MAX_AMD64 := 18874368

.PHONY: help build run demo test test-arm unit race cross bench bench-media bench-beat bench-peers bench-insns bench-ua bench-provisioning bench-fleet board-test soak chaos flood update-test image-test interop-peers interop-asterisk lint boards screenshots interop browser fuzz deb buildroot-check deps notices release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/offhook and bin/offhook-lab for this machine
	@mkdir -p bin
	@echo building bin/offhook and bin/offhook-lab
	@$(BUILD) -o bin/offhook ./cmd/offhook
	@$(BUILD) -o bin/offhook-lab ./cmd/offhook-lab

run: build ## the telephone on the workbench: prints the address of the page; Ctrl-C ends it
	@exec bin/offhook-lab run --offhook bin/offhook

demo: build ## the same, scripted: provision, register, call, be called; SPEECH=in.wav OUT=out.wav
	@exec bin/offhook-lab demo --offhook bin/offhook $(DEMO_ARGS)

test: ## everything that CI runs; installs what it needs
	@.ci/deps
	@.ci/test

unit: ## the tests that need no other program
	$(GO) test ./...

race: ## the same under the race detector; what only computes without it
	$(GO) test -race -timeout 20m $$($(GO) list ./... | grep -vxF $(foreach p,$(COMPUTES),-e $(p)))
	$(GO) test -timeout 20m $(COMPUTES)

interop: ## calls with Kamailio, baresip and sipp; ends with a JSON line
	@.ci/deps
	@mkdir -p bin
	@$(GO) test -c -tags interop -o bin/interop.test ./cmd/internal/interop
	@cd cmd/internal/interop && exec $(CURDIR)/bin/interop.test -test.timeout 20m

interop-peers: ## calls with Asterisk, pjsua and Linphone, fetched from another Debian release; ends with a JSON line
	@PEERS=1 .ci/deps
	@.ci/peers $(PEERS)/sid asterisk baresip-core
	@.ci/peers $(PEERS)/pjsua pjsua
	@mkdir -p bin
	@$(GO) test -c -tags interop,interoppeers -o bin/peers.test ./cmd/internal/interop
	@cd cmd/internal/interop && exec $(CURDIR)/bin/peers.test -test.timeout 20m -test.run TestPeers

interop-asterisk: ## the user agent with Asterisk, fetched from another Debian release, three minutes; ends with a JSON line
	@.ci/deps
	@.ci/peers $(PEERS)/sid asterisk baresip-core
	@mkdir -p bin
	@$(GO) test -c -tags interop,interoppeers -o bin/peers.test ./cmd/internal/interop
	@cd cmd/internal/interop && exec $(CURDIR)/bin/peers.test -test.timeout 10m -test.run 'TestPeersAsterisk(Call|Agent)'

browser: ## the faceplate in Chromium
	@.ci/deps
	$(GO) test -tags browser -count 1 ./hal/faceplate/browsertest ./cmd/internal/web/browsertest
	$(GO) test -tags browser -count 1 -run Browser ./cmd/internal/interop
	$(GO) test -tags 'interop browser' -count 1 -run Persons ./cmd/internal/interop

# 32-bit ARM has pages of 4 KiB (-R), the Raspberry Pi 5 has 16: the linker would fill
# each segment up to 64, which kernels of servers have, and of none of our boards.
cross: ## static binaries for the boards in dist/, each within its size
	@mkdir -p bin dist
	@buildroot/slim/overlay >bin/slim.json
	@for t in $(TARGETS); do \
		arch=$${t#linux-}; arm=; case $$arch in arm6|arm7) arm=$${arch#arm}; arch=arm;; esac; \
		max=$(MAX_SIZE); pages=; case $$arch in amd64) max=$(MAX_AMD64);; arm) pages='-R 4096';; arm64) pages='-R 16384';; esac; \
		CGO_ENABLED=0 GOOS=linux GOARCH=$$arch GOARM=$$arm $(GO) build $(FLAGS) -overlay bin/slim.json -ldflags "$(LDFLAGS) $$pages" -o dist/offhook-$$t ./cmd/offhook || exit 1; \
		size=$$(stat -c %s dist/offhook-$$t); echo "dist/offhook-$$t $$size bytes"; \
		if [ $$size -gt $$max ]; then echo "dist/offhook-$$t is larger than $$max bytes" >&2; exit 1; fi; \
	done

deb: ## Debian packages for armhf, arm64 and amd64 in dist/; CHECK=1 installs, upgrades and purges one in a copy of this system, which needs root; CHECK=service has systemd run it there
	@$(MAKE) -s cross TARGETS='linux-arm6 linux-arm64 linux-amd64'
	@buildroot/debian/build dist
	@$(if $(CHECK),DEB=1 .ci/deps && buildroot/debian/check dist $(CHECK))

buildroot-check: ## the BR2_EXTERNAL tree as far as it can be told without Buildroot; BUILDROOT=DIR, a checkout of it, tells the rest
	@IMAGES=1 .ci/deps
	@BUILDROOT=$(BUILDROOT) buildroot/check
	@buildroot/check-broken

bench: ## the benchmarks of the audio path
	$(GO) test -run '^$$' -bench . -benchmem ./media/...

bench-media: build ## the whole audio path beside others and limits, a quarter of an hour; pictures in out/; ends with a JSON line
	@BENCH=1 .ci/deps
	@exec bin/offhook-lab bench-media --plots out $(if $(TIME),--time $(TIME)) $(if $(PARTS),--parts $(PARTS))

bench-beat: build ## how late packets are sent on one busy core, engine in its own process and not; TIME=20s each; ends with a JSON line
	@exec bin/offhook-lab bench-beat $(if $(TIME),--time $(TIME))

bench-peers: build ## what a call costs beside baresip and pjsua; ends with a JSON line
	@.ci/deps
	@exec bin/offhook-lab bench-peers

bench-insns: build ## ARMv6 instructions of each codec and stage; ends with a JSON line
	@BENCH=1 .ci/deps
	@exec bin/offhook-lab bench-insns

bench-voice: build ## echo canceller, noise suppression and gain beside speexdsp and WebRTC (SEED=n: another set of voices and rooms); pictures and sound in out/; ends with a JSON line
	@BENCH=1 .ci/deps
	@exec bin/offhook-lab bench-voice --out out $(if $(SCENES),--scenes $(SCENES)) $(if $(SEED),--seed $(SEED))

bench-provisioning: build ## provisioning: phones killed in every change, changes in force, many phones at once; ends with a JSON line
	@exec bin/offhook-lab bench-provisioning

bench-ua: build ## the user agent: registered again after restarts and link changes, calls, memory, torture; ends with a JSON line
	@exec bin/offhook-lab bench-ua --source $(CURDIR)

test-arm: ## the unit suite for ARMv6 and arm64 under QEMU's user mode (ARCHES=arm: one), a quarter of an hour; ends with a JSON line
	@ARM=1 .ci/deps
	@.ci/test-arm

board-test: build ## the release binary on ARM boards in QEMU: keys, hook, lamps, relay, sound, screens, power cuts; QUICK=1 is one board, most of it; needs root; ends with a JSON line
	@BOARD=1 .ci/deps
	@$(MAKE) -s cross TARGETS='linux-arm64 $(if $(QUICK),,linux-arm7)'
	@mkdir -p $(or $(PICTURES),out)
	@exec bin/offhook-lab board-test --pictures $(or $(PICTURES),out) $(if $(QUICK),--quick) $(if $(ARCHES),--arches $(ARCHES))

soak: build ## 10 000 calls; fails when goroutines, memory or file descriptors of them are left; ends with a JSON line
	@exec bin/offhook-lab soak

chaos: build ## names, exchange, network, clock, disk, memory, devices and the agent itself are broken, and it lives; CHAOS_KILLS=50; needs root; ends with a JSON line
	@exec bin/offhook-lab chaos $(if $(CHAOS_KILLS),--kills $(CHAOS_KILLS))

bench-fleet: build ## what a telephone of a thousand takes, and what they do to their servers; PHONES=1000; ends with a JSON line
	@exec bin/offhook-lab bench-fleet $(if $(PHONES),--phones $(PHONES))

flood: build ## what strangers throw at a telephone in a call, for SECONDS=10 each; root forges the exchange's address, too; ends with a JSON line
	@exec bin/offhook-lab flood $(if $(SECONDS),--seconds $(SECONDS))

lint: ## vet, gofmt, staticcheck; govulncheck where its database answers
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not gofmt'ed: $$out" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags 'interop interoppeers browser' ./...
	$(GO) run $(STATICCHECK) ./...
	@GOBIN=$(CURDIR)/bin $(GO) install $(GOVULNCHECK)
	@bin/govulncheck ./cmd/offhook; case $$? in \
		0) ;; \
		3) echo "govulncheck: the firmware calls what is known to be vulnerable" >&2; exit 1 ;; \
		*) echo "govulncheck: its database does not answer from here; run it where it does" ;; \
	esac

boards: build ## lint every board file, without hardware
	bin/offhook check board/boards/*.yaml

screenshots: ## pictures of the faceplate for README and docs
	@.ci/deps
	@mkdir -p docs/pictures
	$(GO) test -tags browser -count 1 -run Screenshots ./cmd/internal/interop -screenshots $(CURDIR)/docs/pictures
	$(GO) test -tags 'interop browser' -count 1 -run Persons ./cmd/internal/interop -people $(CURDIR)/docs/pictures/people
	d=$$(mktemp -d) && $(GO) test -tags browser -count 1 ./cmd/internal/web/browsertest -screenshots $$d && \
		cp $$d/calls-1280-light.png $$d/status-1280-dark.png $$d/screen-360-light.png docs/pictures/web/ && rm -r $$d

fuzz: ## every fuzz target for FUZZTIME (10s)
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

deps: ## install the Debian packages that the tests need
	@.ci/deps

notices: ## write THIRD-PARTY notices of the firmware binary to docs/
	@.ci/notices > docs/third-party.md

update-test: build ## installs good and bad versions in a running telephone, with CUTS=20 power cuts, in six minutes; ends with a JSON line
	@exec bin/offhook-lab update-test $(if $(CUTS),--cuts $(CUTS))

image-test: build ## an ARM board in QEMU gets good and bad versions by provisioning, with CUTS=20 power cuts, in a quarter of an hour; needs root; ends with a JSON line
	@BOARD=1 .ci/deps
	@rm -rf out/twice && git clone -q . out/twice
	@for in in . out/twice; do \
		if [ $$in != . ]; then cache=$$PWD/out/twice.cache; fi; \
		$${cache:+env GOCACHE=$$cache} $(MAKE) -s -C $$in cross TARGETS=linux-arm64 VERSION=v0.0.1000 || exit 1; \
	done
	@same=; if cmp dist/offhook-linux-arm64 out/twice/dist/offhook-linux-arm64; then same=--reproducible; fi; \
	rm -rf out/twice out/twice.cache; \
	exec bin/offhook-lab image-test $$same $(if $(CUTS),--power-cuts $(CUTS))

release: ## everything of the tag VERSION in release/VERSION, built twice to see that the bytes are the same; KEY=FILE signs it
	@buildroot/release "$(VERSION)" $(KEY)

clean: ## remove what was built
	rm -rf bin dist out
