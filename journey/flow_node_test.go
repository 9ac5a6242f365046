package journey

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNode(t *testing.T) {
	var zero Node
	require.Equal(t, StartNode(), zero)
	require.True(t, zero.IsStart())
	nodes := []Node{StartNode(), LabelNode(""), LabelNode("(lost)"), LabelNode("(start)"), LabelNode("a"), EndNode(Open), EndNode(Converted), EndNode(Lost)}
	texts := []string{"(start)", "", "(lost)", "(start)", "a", "(open)", "(converted)", "(lost)"}
	for i, n := range nodes {
		require.Equal(t, texts[i], n.String())
		label, labelled := n.Label()
		outcome, ended := n.Outcome()
		require.Equal(t, i == 0, n.IsStart())
		require.Equal(t, i >= 1 && i <= 4, labelled)
		require.Equal(t, i >= 5, n.IsEnd())
		require.Equal(t, n.IsEnd(), ended)
		if labelled {
			require.Equal(t, n, LabelNode(label))
		}
		if ended {
			require.Equal(t, n, EndNode(outcome))
		}
		for j, m := range nodes {
			require.Equal(t, i == j, n == m)
			require.Equal(t, min(max(i-j, -1), 1), n.Compare(m), "%v, %v", n, m)
		}
	}
}
