package native

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"offhook/provisioning"
	"offhook/ua"
)

// LoadAgentConfig reads the agent's own file and the files that it names:
// certificates, keys, and the local document. Relative names are beside it. A
// file that is not there is an error that wraps fs.ErrNotExist.
func LoadAgentConfig(path string) (provisioning.AgentConfig, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return provisioning.DefaultAgentConfig(), fmt.Errorf("the agent's file: %w", err)
	}
	config, err := ParseAgentConfig(data, path)
	if err != nil {
		return config, err
	}
	l := loader{path: path, config: config}
	p := &config.Provisioning
	l.pem("provisioning.ca", &p.CA)
	l.pem("provisioning.certificate", &p.Certificate)
	l.key("provisioning.key", &p.Key)
	l.pair("provisioning", p.Certificate, p.Key)
	l.local(&config.Config)
	return config, errors.Join(l.faults...)
}

type loader struct {
	path   string
	config provisioning.AgentConfig
	faults []error
}

func (l *loader) fault(setting, format string, args ...any) {
	at, _ := l.config.Origin(setting)
	l.faults = append(l.faults, &provisioning.FaultError{Position: at, Path: setting, Msg: fmt.Sprintf(format, args...)})
}

func (l *loader) read(setting, name string) ([]byte, bool) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(l.path), name)
	}
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.fault(setting, "there is no file %s; put it there or mend the name", name)
	case err != nil:
		l.fault(setting, "the file cannot be read: %v; see its owner and mode", err)
	case len(data) > MaxSize:
		l.fault(setting, "the file %s is larger than %d bytes; it is not what is wanted here", name, MaxSize)
	}
	return data, err == nil && len(data) <= MaxSize
}

// pem replaces the name of a file by what is in it.
func (l *loader) pem(setting string, value *string) {
	if !provisioning.IsFile(*value) {
		return
	}
	data, ok := l.read(setting, *value)
	if ok && provisioning.IsFile(string(data)) {
		l.fault(setting, "the file %s is not PEM; it must start with -----BEGIN", *value)
	}
	*value = string(data)
}

func (l *loader) key(setting string, value *ua.Secret) {
	text := value.Reveal()
	l.pem(setting, &text)
	*value = ua.NewSecret(text)
}

func (l *loader) pair(section, certificate string, key ua.Secret) {
	if certificate == "" || key.IsZero() || len(l.faults) > 0 {
		return
	}
	if _, err := tls.X509KeyPair([]byte(certificate), []byte(key.Reveal())); err != nil {
		l.fault(section+".key", "does not belong to the certificate; give the key that it was made with")
	}
}

// local reads the local document where it is in a file of its own.
func (l *loader) local(to *provisioning.LocalDocument) {
	if to.File == "" {
		return
	}
	data, ok := l.read("config", to.File)
	if !ok {
		return
	}
	doc, err := Parse(data, to.File)
	if err != nil {
		l.faults = append(l.faults, err)
		return
	}
	to.Document = &doc
}
