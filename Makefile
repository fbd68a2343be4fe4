# The daily targets. .ci/run holds the checks themselves; `make ci` runs them all.
GO       ?= go
GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
FUZZTIME ?= 20s
SOAK     ?= 30m

.DEFAULT_GOAL := help
.PHONY: help check test race mpi noasm cross lint fmt fuzz soak bench bench-compare generate notebooks release ci

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile

check: ## before each commit: format, vet, staticcheck, short tests
	.ci/run format vet staticcheck
	$(GO) test -short ./...

test: ## all tests
	$(GO) test ./...

race: ## short tests under the race detector
	.ci/run race

mpi: ## ranks under mpirun (installs Open MPI as root)
	.ci/run mpi

noasm: ## all tests on the plain Go kernels
	$(GO) test -tags noasm ./...

cross: ## build for the other systems
	.ci/run build cross

lint: ## vet and staticcheck
	.ci/run vet staticcheck

fmt: ## format all files
	$(GO) run $(GOFUMPT) -w .

# Coverage of what runs on several goroutines varies, and Go would try for a minute to shorten each input that it keeps.
fuzz: ## each fuzz target for FUZZTIME
	@for p in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; \
			$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$p || exit 1; \
		done; \
	done

soak: ## runs are killed, stopped and given full disks, and a server is asked, for SOAK (docs/reliability.md)
	GORGPT_SOAK=$(SOAK) $(GO) test -count=1 -timeout 24h -v -run TestSoak ./internal/endurance ./serve

bench: ## all benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-compare: ## against PyTorch (python3-torch, libopenblas0-pthread), e.g. COMPARE='-pairs 3 -avx2'
	$(GO) run ./bench/compare $(COMPARE)

generate: ## write the generated files anew
	$(GO) generate ./...

notebooks: ## execute copies of all notebooks (installs Debian's nbconvert, ipykernel, matplotlib as root)
	.ci/run notebooks

release: ## binaries for all systems, checksums and licences, in release/
	.ci/release

ci: ## everything that must hold before a change lands
	.ci/run
