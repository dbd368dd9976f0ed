package native

import "offhook/provisioning"

// Marshal writes a document in its canonical form, as YAML, secrets included:
// for places that only the phone reads. Parse gives the same document.
func Marshal(doc provisioning.Document) ([]byte, error) { return marshal(doc.Tree(true)) }

// MarshalRedacted is Marshal with every secret as "***", for people and logs.
func MarshalRedacted(doc provisioning.Document) ([]byte, error) { return marshal(doc.Tree(false)) }

func marshal(root *provisioning.Node) ([]byte, error) {
	var w writer
	if err := w.node(root, 0); err != nil {
		return nil, err
	}
	return w.out.Bytes(), nil
}
