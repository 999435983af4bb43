# The menu. Everything happens in build.sh, Smtpd.Tests/run.sh and Smtpd.Bench/*.sh.

SOURCES := build.sh global.json $(wildcard Directory.*) \
           $(shell find Smtpd \( -name obj -o -name bin \) -prune -o -print)

.PHONY: help run build test torture bench clean
.DEFAULT_GOAL := help

help:
	@echo 'make run      build, then receive mail on 127.0.0.1:25000; the page is http://127.0.0.1:10025/'
	@echo 'make build    build dist/smtpd, one file'
	@echo 'make test     build, then run all tests but the long ones'
	@echo 'make torture  build, then run the long ones: heavy load, many crashes (some minutes)'
	@echo 'make bench    build, then measure speed, memory and start time beside smtp-sink, and the parser beside GMime'
	@echo 'make clean    remove everything that was built'

build: dist/smtpd
	@:

dist/smtpd: $(SOURCES)
	@./build.sh
	@touch $@

run: build
	@exec dist/smtpd -config=etc/smtpd.conf

test: build
	@Smtpd.Tests/run.sh 'TestCategory!=Torture'

torture: build
	@Smtpd.Tests/run.sh 'TestCategory=Torture'

bench: build
	@Smtpd.Bench/bench.sh
	@Smtpd.Bench/parsing.sh

clean:
	rm -rf dist build */bin */obj */TestResults
