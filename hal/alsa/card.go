package alsa

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// findCard finds a card by its number or id.
func findCard(k kernel, card string) (int, error) {
	cards, err := k.cards()
	if err != nil {
		return 0, fmt.Errorf("sound cards: %w", err)
	}
	number, err := strconv.Atoi(card)
	byNumber := err == nil
	for n, id := range cards {
		if byNumber && n == number || !byNumber && id == card {
			return n, nil
		}
	}
	if len(cards) == 0 {
		return 0, fmt.Errorf("sound card %s: this machine has no sound card: is its driver loaded, its overlay in config.txt?", card)
	}
	var there []string
	for _, n := range slices.Sorted(maps.Keys(cards)) {
		there = append(there, fmt.Sprintf("%d (%s)", n, cards[n]))
	}
	return 0, fmt.Errorf("sound card %s does not exist; there are: %s", card, strings.Join(there, ", "))
}
