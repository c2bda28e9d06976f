package ccheck

import (
	"strings"

	"modernc.org/cc/v4"
)

// rules walks a tree that the front end has accepted.
type rules struct {
	*report
	result  cc.Type // of the function that is being walked
	defined map[string]bool
}

func checkRules(r *report, ast *cc.AST) {
	w := &rules{report: r, defined: map[string]bool{}}
	for l := ast.TranslationUnit; l != nil; l = l.TranslationUnit {
		d := l.ExternalDeclaration
		if d == nil || d.Position().Filename == "<builtin>" {
			continue
		}
		if f := d.FunctionDefinition; f != nil {
			w.function(f)
		}
		walk(d, w.visit)
	}
}

func (w *rules) function(f *cc.FunctionDefinition) {
	name := f.Declarator.Name()
	if w.defined[name] {
		w.at(f.Declarator.Position(), "function %s is defined twice", name)
	}
	w.defined[name] = true
	if t, ok := f.Declarator.Type().(*cc.FunctionType); ok {
		w.result = t.Result()
	}
}

func (w *rules) visit(n cc.Node) {
	switch n := n.(type) {
	case *cc.PostfixExpression:
		switch n.Case {
		case cc.PostfixExpressionCall:
			w.call(n)
		case cc.PostfixExpressionIndex:
			w.index(n)
		case cc.PostfixExpressionInc, cc.PostfixExpressionDec:
			w.written(n.PostfixExpression)
		}
	case *cc.UnaryExpression:
		switch n.Case {
		case cc.UnaryExpressionInc, cc.UnaryExpressionDec:
			w.written(n.UnaryExpression)
		}
	case *cc.AssignmentExpression:
		if n.Case == cc.AssignmentExpressionCond {
			return
		}
		w.written(n.UnaryExpression)
		if n.Case == cc.AssignmentExpressionAssign {
			w.assigned(n.UnaryExpression.Type(), n.AssignmentExpression, "assigned to")
		}
	case *cc.InitDeclarator:
		if n.Initializer != nil && n.Initializer.Case == cc.InitializerExpr {
			w.assigned(n.Declarator.Type(), n.Initializer.AssignmentExpression, "the first value of")
		}
	case *cc.IterationStatement:
		if n.Case == cc.IterationStatementForDecl {
			w.loopVariable(n.Declaration)
		}
	case *cc.JumpStatement:
		if n.Case == cc.JumpStatementReturn {
			w.returned(n)
		}
	}
}

// call: the function is declared, and the arguments fit.
func (w *rules) call(n *cc.PostfixExpression) {
	name := cc.NodeSource(n.PostfixExpression)
	if strings.HasPrefix(name, "__builtin_") {
		return // compilers know them better
	}
	p, ok := bare(n.PostfixExpression).(*cc.PrimaryExpression)
	if ok && p.Case == cc.PrimaryExpressionIdent {
		// The front end makes up a declaration, or takes the builtin of that name.
		if d, ok := p.ResolvedTo().(*cc.Declarator); ok && (d.IsSynthetic() || d.Name() != p.Token.SrcStr()) {
			w.at(n.Position(), "function %s is not declared", name)
			return
		}
	}
	pointer, ok := n.PostfixExpression.Type().(*cc.PointerType)
	if !ok {
		return
	}
	f, ok := pointer.Elem().(*cc.FunctionType)
	if !ok {
		return
	}
	var args []cc.ExpressionNode
	for l := n.ArgumentExpressionList; l != nil; l = l.ArgumentExpressionList {
		args = append(args, l.AssignmentExpression)
	}
	if len(args) < f.MinArgs() || f.MaxArgs() >= 0 && len(args) > f.MaxArgs() {
		w.at(n.Position(), "function %s takes %d arguments, not %d", name, f.MinArgs(), len(args))
		return
	}
	for i, a := range args {
		if i < len(f.Parameters()) {
			w.assigned(f.Parameters()[i].Type(), a, "an argument of type")
		}
	}
}

// index: an offset into a grid has 64 bits. Constants are small.
func (w *rules) index(n *cc.PostfixExpression) {
	if t := n.ExpressionList.Type(); cc.IsIntegerType(t) && t.Size() < 8 && n.ExpressionList.Value() == cc.Unknown {
		w.at(n.ExpressionList.Position(), "the index %s has %d bits; offsets into grids need 64", cc.NodeSource(n.ExpressionList), 8*t.Size())
	}
}

// loopVariable: as an index, and because OpenMP computes the number of
// iterations in its type.
func (w *rules) loopVariable(d *cc.Declaration) {
	for l := d.InitDeclaratorList; l != nil; l = l.InitDeclaratorList {
		if v := l.InitDeclarator.Declarator; cc.IsIntegerType(v.Type()) && v.Type().Size() < 8 {
			w.at(v.Position(), "the loop variable %s has %d bits; loops over grids need 64", v.Name(), 8*v.Type().Size())
		}
	}
}

// written: the place is not const.
func (w *rules) written(target cc.ExpressionNode) {
	target = bare(target)
	constant := target.Type().Attributes().IsConst()
	if p, ok := target.(*cc.PrimaryExpression); ok && p.Case == cc.PrimaryExpressionIdent {
		if d, ok := p.ResolvedTo().(*cc.Declarator); ok {
			constant = d.IsConst()
		}
	}
	if constant {
		w.at(target.Position(), "%s is const and cannot be written", cc.NodeSource(target))
	}
}

// assigned: the value can become one of type t without a cast.
func (w *rules) assigned(t cc.Type, value cc.ExpressionNode, role string) {
	if t == nil || value == nil || value.Type() == nil {
		return
	}
	if problem := misfit(t, value.Type().Decay(), value.Value()); problem != "" {
		w.at(value.Position(), "%s cannot be %s %s: %s", cc.NodeSource(value), role, t, problem)
	}
}

func misfit(to, from cc.Type, v cc.Value) string {
	if to.VectorSize() > 0 || from.VectorSize() > 0 {
		return "" // the rules for vectors differ from compiler to compiler
	}
	target, toPointer := to.(*cc.PointerType)
	origin, fromPointer := from.(*cc.PointerType)
	switch {
	case from.Kind() == cc.Void:
		return "it has no value"
	case toPointer && fromPointer:
		a, b := target.Elem(), origin.Elem()
		switch {
		case b.Attributes().IsConst() && !a.Attributes().IsConst():
			return "it would make what is const writable"
		case a.Kind() == cc.Void || b.Kind() == cc.Void || a.IsCompatible(b):
			return ""
		}
		return "it points to another type"
	case toPointer && cc.IsArithmeticType(from):
		if n, ok := v.(cc.Int64Value); ok && n == 0 {
			return "" // a null pointer
		}
		return "a number is no pointer"
	case cc.IsArithmeticType(to) && fromPointer:
		return "a pointer is no number"
	}
	return ""
}

// returned: a value exactly if the function has one.
func (w *rules) returned(n *cc.JumpStatement) {
	if w.result == nil {
		return
	}
	switch void := w.result.Kind() == cc.Void; {
	case void && n.ExpressionList != nil && n.ExpressionList.Type().Kind() != cc.Void:
		w.at(n.Position(), "a function without a result returns a value")
	case !void && n.ExpressionList == nil:
		w.at(n.Position(), "a function with a result returns none")
	case !void:
		w.assigned(w.result, n.ExpressionList, "the result of type")
	}
}

// bare takes brackets off an expression.
func bare(e cc.ExpressionNode) cc.ExpressionNode {
	for {
		p, ok := e.(*cc.PrimaryExpression)
		if !ok || p.Case != cc.PrimaryExpressionExpr {
			return e
		}
		e = p.ExpressionList
	}
}
