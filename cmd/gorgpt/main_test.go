package main

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"gorgpt/internal/simd"
)

// envMain makes this test binary the program itself.
const envMain = "GORGPT_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(envMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// gorgpt runs the program in the folder dir, on plain Go kernels.
func gorgpt(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), envMain+"=1", simd.EnvCPU+"=generic")
	if err := cmd.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestWithoutArgumentsTheCommandsAreListed(t *testing.T) {
	status, stdout, stderr := gorgpt(t, "")
	require.Equal(t, 2, status)
	require.Empty(t, stdout)
	require.Equal(t, usage(), stderr)
}

func TestHelpIsPrintedOnStandardOutput(t *testing.T) {
	for _, arg := range []string{"help", "-h", "-help", "--help"} {
		status, stdout, stderr := gorgpt(t, "", arg)
		require.Zero(t, status)
		require.Equal(t, usage(), stdout)
		require.Empty(t, stderr)
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range commands {
		t.Run(c.name, func(t *testing.T) {
			require.Contains(t, usage(), "\n  "+c.name+" ")
			status, help, stderr := gorgpt(t, "", "help", c.name)
			require.Zero(t, status)
			require.Empty(t, stderr)
			status, same, _ := gorgpt(t, "", c.name, "-h")
			require.Zero(t, status)
			require.Equal(t, help, same)
			checkHelp(t, c.name, help)
		})
	}
}

// checkHelp makes sure that a help text begins with three examples and fits a terminal.
func checkHelp(t *testing.T, name, help string) {
	t.Helper()
	require.True(t, strings.HasPrefix(help, "usage: gorgpt "+name+" "), help)
	_, after, found := strings.Cut(help, "\nExamples\n")
	require.True(t, found, "no examples")
	examples, _, _ := strings.Cut(after, "\n\n")
	require.Equal(t, 3, strings.Count("\n"+examples, "\n  gorgpt "+name), examples)
	for _, line := range strings.Split(help, "\n") {
		require.LessOrEqual(t, len([]rune(line)), 80, line)
	}
}

func TestUnknownCommands(t *testing.T) {
	for name, want := range map[string]string{
		"trian":     `unknown command "trian", did you mean "train"?`,
		"generat":   `did you mean "generate"?`,
		"fine-tune": `did you mean "finetune"?`,
		"Convert":   `did you mean "convert"?`,
		"versoin":   `did you mean "version"?`,
		"xyzzy":     `unknown command "xyzzy"` + "\n",
		"-x":        `unknown command "-x"` + "\n",
	} {
		for _, args := range [][]string{{name}, {"help", name}} {
			status, stdout, stderr := gorgpt(t, "", args...)
			require.Equal(t, 2, status, args)
			require.Empty(t, stdout)
			require.Contains(t, stderr, want)
			require.Contains(t, stderr, usage())
		}
	}
}

func TestVersion(t *testing.T) {
	_, want, _ := gorgpt(t, "", "version")
	require.Contains(t, want, runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH+", vector instructions: generic\n")
	for _, arg := range []string{"-version", "--version"} {
		status, stdout, stderr := gorgpt(t, "", arg)
		require.Zero(t, status)
		require.Equal(t, want, stdout)
		require.Empty(t, stderr)
	}
}

func TestSourceOfABuild(t *testing.T) {
	build := func(version string, settings ...string) string {
		info := &debug.BuildInfo{Main: debug.Module{Version: version}}
		for i := 0; i < len(settings); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return source(info)
	}
	require.Equal(t, "v1.2.3", build("v1.2.3"))
	require.Equal(t, "of unknown revision", build("(devel)"))
	require.Equal(t, "revision 0123456789ab of 2026-11-29T08:00:00Z",
		build("(devel)", "vcs.revision", "0123456789abcdef", "vcs.time", "2026-11-29T08:00:00Z", "vcs.modified", "false"))
	require.Equal(t, "revision 0123456789ab", build("v0.0.0-20261129085623-0123456789ab+dirty", "vcs.revision", "0123456789abcdef"))
	require.Equal(t, "v1.2.3 revision 0123 with local changes", build("v1.2.3", "vcs.revision", "0123", "vcs.modified", "true"))
}

// fullDisk is an output to which writing fails.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAnOutputThatCannotBeWrittenIsAnError(t *testing.T) {
	var stderr bytes.Buffer
	require.Equal(t, 1, other("version", fullDisk{}, &stderr))
	require.Contains(t, stderr.String(), "no space left on device")
}
