package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
)

func completionCommand() command {
	return command{name: "completion", args: "bash|zsh|fish", words: []string{"bash", "zsh", "fish"}, least: 1, most: 1, summary: "Prints a completion script for a shell.",
		details: "bash: offhook completion bash > /etc/bash_completion.d/offhook\nzsh:  offhook completion zsh > \"${fpath[1]}/_offhook\"\nfish: offhook completion fish > ~/.config/fish/completions/offhook.fish",
		prepare: func(*flag.FlagSet) action {
			return func(_ context.Context, t terminal, args []string) error {
				switch args[0] {
				case "bash":
					return bashCompletion(t.out)
				case "zsh":
					return zshCompletion(t.out)
				case "fish":
					return fishCompletion(t.out)
				}
				return usageError(fmt.Sprintf("no completion for %q: there is bash, zsh and fish", args[0]))
			}
		}}
}

func flagsOf(c command) []*flag.Flag {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.prepare(fs)
	var out []*flag.Flag
	fs.VisitAll(func(f *flag.Flag) { out = append(out, f) })
	return out
}

func bashCompletion(w io.Writer) error {
	var b strings.Builder
	b.WriteString("_offhook() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]}\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"")
	for _, c := range commands() {
		b.WriteString(c.name + " ")
	}
	b.WriteString("\" -- \"$word\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "\t%s) COMPREPLY=($(compgen -W \"", c.name)
		for _, word := range c.words {
			b.WriteString(word + " ")
		}
		for _, f := range flagsOf(c) {
			b.WriteString("--" + f.Name + " ")
		}
		b.WriteString("\" -- \"$word\")) ;;\n")
	}
	b.WriteString("\tesac\n\t[ -z \"$COMPREPLY\" ] && COMPREPLY=($(compgen -f -- \"$word\"))\n}\ncomplete -F _offhook offhook\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func zshCompletion(w io.Writer) error {
	var b strings.Builder
	b.WriteString("#compdef offhook\n_offhook() {\n\tlocal -a names\n\tnames=(\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "\t\t'%s:%s'\n", c.name, quoteSingle(c.summary))
	}
	b.WriteString("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command names\n\t\treturn\n\tfi\n\tcase $words[2] in\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "\t%s) _arguments", c.name)
		for _, f := range flagsOf(c) {
			fmt.Fprintf(&b, " '--%s[%s]%s'", f.Name, strings.NewReplacer("[", "(", "]", ")").Replace(quoteSingle(usageOf(f))), zshValue(f))
		}
		if len(c.words) > 0 {
			fmt.Fprintf(&b, " '1:what:(%s)'", strings.Join(c.words, " "))
		}
		b.WriteString(" '*:file:_files' ;;\n")
	}
	b.WriteString("\tesac\n}\n_offhook \"$@\"\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func fishCompletion(w io.Writer) error {
	var b strings.Builder
	for _, c := range commands() {
		fmt.Fprintf(&b, "complete -c offhook -n __fish_use_subcommand -f -a %s -d '%s'\n", c.name, strings.ReplaceAll(c.summary, "'", `\'`))
		for _, f := range flagsOf(c) {
			more := ""
			if takesValue(f) {
				more = " -r"
			}
			fmt.Fprintf(&b, "complete -c offhook -n '__fish_seen_subcommand_from %s' -l %s%s -d '%s'\n", c.name, f.Name, more, strings.ReplaceAll(usageOf(f), "'", `\'`))
		}
		if len(c.words) > 0 {
			fmt.Fprintf(&b, "complete -c offhook -n '__fish_seen_subcommand_from %s' -f -a '%s'\n", c.name, strings.Join(c.words, " "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func takesValue(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return !ok || !b.IsBoolFlag()
}

// usageOf is a flag's text without the marks around its value's name.
func usageOf(f *flag.Flag) string {
	_, text := flag.UnquoteUsage(f)
	return text
}

// zshValue has zsh complete a file as the flag's value.
func zshValue(f *flag.Flag) string {
	if !takesValue(f) {
		return ""
	}
	return ":value:_files"
}

// quoteSingle makes text fit between single quotes.
func quoteSingle(s string) string { return strings.ReplaceAll(s, "'", `'\''`) }
