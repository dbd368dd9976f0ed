package native

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"offhook/provisioning"
)

// Marshal writes a document in its canonical form, as YAML, secrets included:
// for places that only the phone reads. Parse gives the same document.
func Marshal(doc provisioning.Document) ([]byte, error) { return marshal(doc.Tree(true)) }

// MarshalRedacted is Marshal with every secret as "***", for people and logs.
func MarshalRedacted(doc provisioning.Document) ([]byte, error) { return marshal(doc.Tree(false)) }

func marshal(root *provisioning.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(toYAML(root)); err != nil {
		return nil, err
	}
	err := encoder.Close()
	return out.Bytes(), err
}

var yamlTags = map[provisioning.Kind]string{
	provisioning.Null: "!!null", provisioning.Text: "!!str", provisioning.Bool: "!!bool",
	provisioning.Int: "!!int", provisioning.Float: "!!float",
}

func toYAML(n *provisioning.Node) *yaml.Node {
	switch n.Kind {
	case provisioning.Map:
		out := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, f := range n.Fields {
			out.Content = append(out.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: f.Key}, toYAML(f.Value))
		}
		return out
	case provisioning.List:
		out := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, item := range n.Items {
			out.Content = append(out.Content, toYAML(item))
		}
		return out
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: yamlTags[n.Kind], Value: n.Value}
}
