package alsa

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// machineCards finds the cards of a machine. A card that is unplugged and plugged in
// again may have another number, and its own may be another card's by then: of one
// that a board file names by number the id is remembered, for as long as we run.
type machineCards struct {
	kernel
	mu  sync.Mutex
	ids map[int]string // by the numbers that board files name
}

func newMachineCards(k kernel) *machineCards {
	return &machineCards{kernel: k, ids: map[int]string{}}
}

// find finds a card by its number or id.
func (m *machineCards) find(card string) (int, error) {
	cards, err := m.cards()
	if err != nil {
		return 0, fmt.Errorf("sound cards: %w", err)
	}
	number, err := strconv.Atoi(card)
	if err != nil {
		return byID(cards, card, card)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if id, known := m.ids[number]; known {
		return byID(cards, id, fmt.Sprintf("%s (%s)", card, id))
	}
	id, there := cards[number]
	if !there {
		return 0, noCard(cards, card)
	}
	m.ids[number] = id
	return number, nil
}

func byID(cards map[int]string, id, name string) (int, error) {
	for n, other := range cards {
		if other == id {
			return n, nil
		}
	}
	return 0, noCard(cards, name)
}

func noCard(cards map[int]string, card string) error {
	if len(cards) == 0 {
		return fmt.Errorf("sound card %s: this machine has no sound card: is its driver loaded, its overlay in config.txt?", card)
	}
	var there []string
	for _, n := range slices.Sorted(maps.Keys(cards)) {
		there = append(there, fmt.Sprintf("%d (%s)", n, cards[n]))
	}
	return fmt.Errorf("sound card %s does not exist; there are: %s", card, strings.Join(there, ", "))
}
