package batch

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-pde/courant/runtime/cluster/store"
)

// mail is what lies in a store about an array: its tasks, and what their workers say.
//
//	arrays/NAME/tasks        which lists of tasks are the array's
//	arrays/NAME/LIST-00000   the first of these, one task a line
//	arrays/NAME/b00007       element 7 has begun
//	arrays/NAME/d00007       its task is done
//	arrays/NAME/f00007       it failed, and why: see answer
//	arrays/NAME/a00007       it is given up, and need not be carried out
type mail struct {
	store store.Store
	array string
}

func (m mail) folder() string { return "arrays/" + m.array + "/" }

func (m mail) key(kind string, index int) string {
	return fmt.Sprintf("%s%s%05d", m.folder(), kind, index)
}

// The kinds of what workers say.
const (
	begunMail  = "b"
	doneMail   = "d"
	failedMail = "f"
	givenUp    = "a"
)

// lists says which lists of tasks are an array's: those of the process that was the
// first to say so.
type lists struct {
	Name string `json:"list"`
	Size int    `json:"size"`
}

// listTasks is how many tasks a list has: a worker reads one to find its own.
const listTasks = 250

func (m mail) listKey(name string, list int) string {
	return fmt.Sprintf("%s%s-%05d", m.folder(), name, list)
}

// post writes the tasks of an array, unless they are there.
func (m mail) post(ctx context.Context, tasks []Task) error {
	if _, err := m.lists(ctx); !errors.Is(err, store.ErrNotExist) {
		return err
	}
	l := lists{"l" + strings.ToLower(rand.Text()), len(tasks)}
	n := 0
	for part := range slices.Chunk(tasks, listTasks) {
		var text bytes.Buffer
		lines := json.NewEncoder(&text)
		for _, t := range part {
			if err := lines.Encode(t); err != nil {
				return err
			}
		}
		if err := m.store.Create(ctx, m.listKey(l.Name, n), &text); err != nil {
			return err
		}
		n++
	}
	head, err := json.Marshal(l)
	if err != nil {
		return err
	}
	err = m.store.Create(ctx, m.folder()+"tasks", bytes.NewReader(append(head, '\n')))
	if errors.Is(err, store.ErrExists) { // another process was first, and its lists count
		for i := range n {
			_ = m.store.Delete(ctx, m.listKey(l.Name, i))
		}
		return nil
	}
	return err
}

func (m mail) lists(ctx context.Context) (l lists, err error) {
	text, err := m.read(ctx, m.folder()+"tasks")
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err == nil && (l.Name == "" || l.Size < 0 || l.Size >= mostPlaces) {
		err = fmt.Errorf("%stasks says %.200q, which is no array", m.folder(), text)
	}
	return l, err
}

// list reads one of the lists of tasks.
func (m mail) list(ctx context.Context, name string, list int) (tasks []Task, err error) {
	text, err := m.read(ctx, m.listKey(name, list))
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		t, err := readTask(line)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, t)
	}
	return tasks, nil
}

// mostMail is what an object of an array may have, in bytes.
const mostMail = 64 << 20

func (m mail) read(ctx context.Context, key string) ([]byte, error) {
	f, err := m.store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mostMail))
}

// task is that of an element.
func (m mail) task(ctx context.Context, index int) (t Task, err error) {
	l, err := m.lists(ctx)
	if err != nil {
		return t, err
	}
	if index >= l.Size {
		return t, fmt.Errorf("the array %s has %d tasks, and none for element %d", m.array, l.Size, index)
	}
	tasks, err := m.list(ctx, l.Name, index/listTasks)
	if err == nil && index%listTasks >= len(tasks) {
		err = fmt.Errorf("a list of the array %s has %d tasks, and none for element %d", m.array, len(tasks), index)
	}
	if err != nil {
		return t, err
	}
	return tasks[index%listTasks], nil
}

// say leaves word of an element. That there is some already is no error: it was begun
// a second time.
func (m mail) say(ctx context.Context, kind string, index int, text string) error {
	err := m.store.Create(ctx, m.key(kind, index), strings.NewReader(text))
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

// there are the keys of all that lies there.
func (m mail) there(ctx context.Context) (map[string]bool, error) {
	keys, err := m.store.List(ctx, m.folder())
	there := make(map[string]bool, len(keys))
	for _, k := range keys {
		there[k] = true
	}
	return there, err
}

// remove deletes all of it, the tasks last: what is left after a crash is an array.
func (m mail) remove(ctx context.Context) error {
	keys, err := m.store.List(ctx, m.folder())
	if err != nil {
		return err
	}
	slices.Sort(keys) // a, b, d, f, lists, tasks
	for _, k := range keys {
		if err := m.store.Delete(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// Served is what became of an element.
type Served struct {
	Task   Task
	Failed bool // its task did, and the answer says so
}

// ErrUnanswered marks the error of a task that the batch system itself shall begin
// again, in place of whoever gave the task: no answer is left.
var ErrUnanswered = errors.New("the batch system begins it again")

// Unanswered marks an error as ErrUnanswered.
func Unanswered(err error) error { return &marked{err, ErrUnanswered} }

// ServeElement is the other side of Arrays: it carries out the task of an element of
// an array, and leaves the answer in the store that Arrays has. An element that has
// answered, and was begun again as its worker died then, is not carried out again.
// Errors: ErrLeaving when the worker has to leave before the task is done, whereupon
// the process must end with the exit code Leaving; those marked as ErrUnanswered, and
// those of the store, whereupon it must fail.
func ServeElement(ctx context.Context, s store.Store, array string, index int, do func(ctx context.Context, t Task) error) (Served, error) {
	m := mail{s, array}
	t, err := m.task(ctx, index)
	if err != nil {
		return Served{}, fmt.Errorf("element %d of the array %s: %w", index, array, err)
	}
	// One that is given up may not have been there to be cancelled.
	for _, kind := range []string{doneMail, failedMail, givenUp} {
		_, err := m.read(ctx, m.key(kind, index))
		if !errors.Is(err, store.ErrNotExist) {
			return Served{t, kind == failedMail}, err
		}
	}
	if err := m.say(ctx, begunMail, index, ""); err != nil {
		return Served{}, err
	}
	err = do(ctx, t)
	switch {
	case err == nil:
		return Served{Task: t}, m.say(context.WithoutCancel(ctx), doneMail, index, "")
	case errors.Is(err, ErrLeaving) || ctx.Err() != nil:
		return Served{}, fmt.Errorf("%s: %w", t, ErrLeaving)
	case errors.Is(err, ErrUnanswered):
		return Served{}, fmt.Errorf("%s: %w", t, err)
	}
	return Served{t, true}, m.say(ctx, failedMail, index, answer(err)+"\n")
}

// Failures are the errors that elements of an array have answered, by index.
func Failures(ctx context.Context, s store.Store, array string) (map[int]error, error) {
	m := mail{s, array}
	keys, err := s.List(ctx, m.folder()+failedMail)
	if err != nil {
		return nil, err
	}
	failed := map[int]error{}
	for _, k := range keys {
		index, err := strconv.Atoi(strings.TrimPrefix(k, m.folder()+failedMail))
		if err != nil {
			continue
		}
		text, err := m.read(ctx, k)
		if err != nil {
			return nil, err
		}
		failed[index] = said(strings.TrimSpace(string(text)))
	}
	return failed, nil
}

// Post keeps the tasks of an array that is to be submitted, and returns those that are
// kept: others, where another process was first. The array has as many elements.
func Post(ctx context.Context, s store.Store, array string, tasks []Task) ([]Task, error) {
	if err := (mail{s, array}).post(ctx, tasks); err != nil {
		return nil, err
	}
	return Tasks(ctx, s, array)
}

// Tasks are those of an array, in the order of its elements.
func Tasks(ctx context.Context, s store.Store, array string) (tasks []Task, err error) {
	m := mail{s, array}
	l, err := m.lists(ctx)
	if err != nil {
		return nil, err
	}
	for i := 0; len(tasks) < l.Size; i++ {
		part, err := m.list(ctx, l.Name, i)
		if err == nil && len(part) == 0 {
			err = fmt.Errorf("the array %s has %d tasks, and %d in its lists", array, l.Size, len(tasks))
		}
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, part...)
	}
	return tasks, nil
}

// Clear removes what a store has of an array, when nobody works at it any more.
func Clear(ctx context.Context, s store.Store, array string) error { return mail{s, array}.remove(ctx) }
