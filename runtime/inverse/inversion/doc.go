// Package inversion carries out the inversion or the migration that a TOML file
// describes: it has the gradients of all shots computed, sums them, updates the model,
// and writes what it finds to a folder. It is what `courant invert` calls.
//
//	in, err := inversion.Open(ctx, inversion.Options{Config: "fwi.toml", Folder: "fwi"})
//	updates, err := in.Drive(ctx)
//	model, err := in.Result(len(updates) - 1)
//
// In: the file and how it is to be carried out, see Options. Out: a model or an image
// for each iteration, in the folder and by Result. All that is computed is kept in a
// store, so a process may end at any moment: the next one that is given the same goes
// on where it was, with the same result bit by bit. Start at Open; OpenFolder looks at
// the inversion of a folder, whoever drives it.
//
// Tasks are carried out by goroutines of this process unless Options.Batch says
// otherwise. Stores, queues, misfits and whole algorithms of one's own have their
// places in Options, and in workflow.Run.
package inversion
