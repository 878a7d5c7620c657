# Each line forwards to a script or a tool that also works without make.

PROVIDERS ?= sandbox
export PROVIDERS

.PHONY: run dev test e2e soak screenshots bench lint fmt

run: ## build what is missing and serve on http://127.0.0.1:3000
	@scripts/run.sh

dev: ## serve and build again on every change
	@scripts/dev.sh

test: ## everything that has to be green: format, lints, tests, bundle, end-to-end
	@scripts/test.sh

e2e: ## the end-to-end stories alone; make e2e ONLY=settings
	@scripts/e2e.sh $(ONLY)

soak: ## 20 minutes on each database in which one thing after the other breaks
	@scripts/soak.sh

screenshots: ## the pictures of every page and state, in docs/screenshots
	@scripts/screenshots.sh

bench: ## the figures: resolution, writes, first byte, bundle, memory, start
	@scripts/bench.sh

lint: ## format check and lints for both halves
	@scripts/lint.sh

fmt: ## format the code
	@cargo fmt --all
