package ua

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecret_printed_anyhow_is_hidden(t *testing.T) {
	account := Account{User: "1001", Password: NewSecret("hunter2"), TLS: TLSPolicy{Key: NewSecret("hunter2")}}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("account", "password", account.Password, "all", account)
	asJSON, err := json.Marshal(account)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{
		fmt.Sprint(account), fmt.Sprintf("%v %+v", account, account), fmt.Sprintf("%#v", account),
		fmt.Sprintf("%s %q %x", account.Password, account.Password, account.Password), log.String(), string(asJSON),
	} {
		if strings.Contains(printed, "hunter2") || strings.Contains(printed, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("the secret shows in %q", printed)
		}
	}
	if account.Password.Reveal() != "hunter2" {
		t.Error("Reveal lost the value")
	}
}
