// Package imaging makes models and images of the records of a survey: of many
// shots, one at a time, with the derivatives that an operator's file gives.
package imaging
