package templates

import (
	"bytes"
	"errors"
	"html/template"
	"io"
	tree "text/template/parse"
)

// scratch is the name of the template of each set in which fold looks what a node says.
const scratch = "scratch"

// fold says once what a page says the same each time: words of the language, symbols, partials that are given no data. Most of
// a page was looked up, escaped and written piece by piece for every request. It comes after html/template has made the templates
// safe for the places they stand in, and changes no byte of what they say. The page is not to be in use yet.
func fold(page *template.Template) error {
	if _, err := page.New(scratch).Parse(" "); err != nil {
		return err
	}
	// A page is made safe when it is first used, with all that it calls, before its data is looked at; without data most fail then.
	var unsafe *template.Error
	if err := page.Execute(io.Discard, nil); errors.As(err, &unsafe) {
		return err
	}
	f := folder{page.Lookup(scratch), map[string]bool{scratch: true}}
	if err := f.Execute(io.Discard, nil); err != nil {
		return err
	}
	f.reach(page)
	return nil
}

type folder struct {
	*template.Template // scratch
	seen               map[string]bool
}

// reach folds a template, and those it calls. What html/template made of one that stands in an unusual place is left as it is.
func (f folder) reach(t *template.Template) {
	if t == nil || f.seen[t.Name()] {
		return
	}
	f.seen[t.Name()] = true
	f.list(t.Tree.Root)
}

// list folds what stands in a list, and makes one text of texts that follow each other.
func (f folder) list(list *tree.ListNode) {
	if list == nil {
		return
	}
	var kept []tree.Node
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *tree.IfNode:
			f.branch(&n.BranchNode)
		case *tree.RangeNode:
			f.branch(&n.BranchNode)
		case *tree.WithNode:
			f.branch(&n.BranchNode)
		case *tree.ActionNode:
			if constant(n.Pipe) {
				node = f.said(node)
			}
		case *tree.TemplateNode:
			f.reach(f.Lookup(n.Name))
			if n.Pipe == nil || constant(n.Pipe) {
				node = f.said(node)
			}
		}
		if text, ok := node.(*tree.TextNode); ok && len(kept) > 0 {
			if before, ok := kept[len(kept)-1].(*tree.TextNode); ok {
				before.Text = append(bytes.Clone(before.Text), text.Text...)
				continue
			}
		}
		kept = append(kept, node)
	}
	list.Nodes = kept
}

func (f folder) branch(b *tree.BranchNode) {
	f.list(b.List)
	f.list(b.ElseList)
}

// said is the text of a node that needs no data, or the node itself where it fails: then it does so when the page is asked for.
func (f folder) said(node tree.Node) tree.Node {
	var text bytes.Buffer
	f.Tree.Root.Nodes = []tree.Node{node}
	if f.Execute(&text, nil) != nil {
		return node
	}
	return &tree.TextNode{NodeType: tree.NodeText, Pos: node.Position(), Text: text.Bytes()}
}

// constant tells whether a pipeline is made of functions and of what is written down in the template.
func constant(pipe *tree.PipeNode) bool {
	if len(pipe.Decl) > 0 {
		return false
	}
	for _, command := range pipe.Cmds {
		for _, arg := range command.Args {
			switch a := arg.(type) {
			case *tree.IdentifierNode, *tree.StringNode, *tree.NumberNode, *tree.BoolNode:
			case *tree.PipeNode:
				if !constant(a) {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}
