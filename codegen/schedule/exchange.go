package schedule

import "github.com/courant-pde/courant/codegen/loop"

func (a *applier) exchanges(s *Schedule, step []loop.Stmt) ([]loop.Stmt, error) { return step, nil }
