package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"gorgpt/internal/simd"
)

// version describes this build: where its source comes from, its Go release, the system it was
// built for, and the vector instructions in use.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return fmt.Sprintf("gorgpt %s\n%s %s/%s, vector instructions: %s\n",
		source(info), runtime.Version(), runtime.GOOS, runtime.GOARCH, simd.ISA())
}

// source returns the version of the module and the revision it was built from, as far as the build
// recorded them.
func source(info *debug.BuildInfo) string {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	var parts []string
	revision := settings["vcs.revision"]
	revision = revision[:min(len(revision), 12)]
	invented := revision != "" && strings.Contains(info.Main.Version, revision) // by go build, from the revision
	if v := info.Main.Version; v != "" && v != "(devel)" && !invented {
		parts = append(parts, v)
	}
	if revision != "" {
		if settings["vcs.modified"] == "true" {
			revision += " with local changes"
		}
		parts = append(parts, "revision "+revision)
	}
	if date := settings["vcs.time"]; date != "" {
		parts = append(parts, "of "+date)
	}
	if len(parts) == 0 {
		return "of unknown revision"
	}
	return strings.Join(parts, " ")
}
