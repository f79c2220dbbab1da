package mlops

/*
#include <stdlib.h>
#include <string.h>
#include <mlops.h>
*/
import "C"

import (
	"encoding/hex"
	"fmt"
	"runtime"
	"unsafe"
)

// Error is what a verb reported: which kind, where, and a message that says what would be right.
type Error struct {
	Code    int32 // status, negative
	OSCode  int32 // errno of the failed call, 0 if none
	Line    int32 // 1-based, 0 if the input has no lines
	Column  int32 // 1-based, 0 if unknown
	Offset  int64 // byte offset in the input, -1 if unknown
	Message string
}

func (e *Error) Error() string { return "mlops: " + e.Message }

// Is tells whether the other error is of the same kind: errors.Is(err, mlops.ErrNotFound).
func (e *Error) Is(other error) bool {
	o, ok := other.(*Error)
	return ok && o.Code == e.Code
}

// ID names content: its SHA-256.
type ID [32]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// check makes an error of a status below zero. Every call has its own mlops_error, so that messages never mix.
func check(status C.mlops_status, e *C.mlops_error, verb string) error {
	if status >= 0 {
		return nil
	}
	if e == nil || e.code == 0 {
		return &Error{Code: int32(status), Offset: -1,
			Message: fmt.Sprintf("%s: %s", verb, C.GoString(C.mlops_status_name(status)))}
	}
	return &Error{Code: int32(status), OSCode: int32(e.os_code), Line: int32(e.line), Column: int32(e.column),
		Offset: int64(e.offset), Message: C.GoString(&e.message[0])}
}

func invalid(message string) error {
	return &Error{Code: C.MLOPS_E_INVALID, Offset: -1, Message: message}
}

func closed(kind string) error { return invalid("this " + kind + " is closed") }

// scope owns the C memory that one call needs.
type scope struct {
	memory []unsafe.Pointer
	kept   []interface{}
	err    error
}

func (s *scope) alloc(n C.size_t) unsafe.Pointer {
	p := C.calloc(1, n)
	if p == nil {
		panic("mlops: out of memory")
	}
	s.memory = append(s.memory, p)
	return p
}

func (s *scope) str(text string) *C.char {
	p := C.CString(text)
	s.memory = append(s.memory, unsafe.Pointer(p))
	return p
}

func (s *scope) optional(text string) *C.char {
	if text == "" {
		return nil
	}
	return s.str(text)
}

func (s *scope) copy(from unsafe.Pointer, n int) unsafe.Pointer {
	p := s.alloc(C.size_t(n))
	C.memcpy(p, from, C.size_t(n))
	return p
}

// copied is bytes in C memory, aligned as malloc aligns.
func (s *scope) copied(content []byte) unsafe.Pointer {
	p := C.CBytes(append(content[:len(content):len(content)], 0))
	s.memory = append(s.memory, p)
	return p
}

func (s *scope) keep(x interface{}) { s.kept = append(s.kept, x) }

func (s *scope) free() {
	for _, p := range s.memory {
		C.free(p)
	}
	runtime.KeepAlive(s.kept)
}

// block is C memory that lives as long as an object needs it.
type block struct{ p unsafe.Pointer }

func newBlock(p unsafe.Pointer) *block {
	b := &block{p}
	runtime.SetFinalizer(b, func(b *block) { C.free(b.p) })
	return b
}

func held[T any](content []T) *block {
	var one T
	n := len(content) * int(unsafe.Sizeof(one))
	return newBlock(C.CBytes(append(unsafe.Slice((*byte)(pointer(content)), n)[:n:n], 0)))
}

// storage is memory for an object of the library, aligned for any of them.
func storage(size C.size_t) *block {
	p := C.aligned_alloc(64, (size+63)/64*64)
	if p == nil {
		panic("mlops: out of memory")
	}
	return newBlock(p)
}

// written is the content that a verb writes into a buffer, asked again with more room while it does not fit.
func written(call func(unsafe.Pointer, C.size_t, *C.size_t) C.mlops_status, e *C.mlops_error, verb string) ([]byte, error) {
	room := C.size_t(1024)
	for {
		text := C.malloc(room)
		if text == nil {
			panic("mlops: out of memory")
		}
		var needed C.size_t
		status := call(text, room, &needed)
		if status == C.MLOPS_E_ARENA && needed >= room {
			C.free(text)
			room = needed + 1
			continue
		}
		err := check(status, e, verb)
		var content []byte
		if err == nil {
			content = C.GoBytes(text, C.int(needed))
		}
		C.free(text)
		return content, err
	}
}

func pointer[T any](values []T) unsafe.Pointer {
	if len(values) == 0 {
		return nil
	}
	return unsafe.Pointer(&values[0])
}

// wholeRows is the number of rows of so many values each, if n values are whole rows.
func wholeRows(n int, widths ...int) (int, bool) {
	size := 1
	for _, w := range widths {
		if w < 0 {
			return 0, false
		}
		size *= w
	}
	if size == 0 {
		return 0, n == 0
	}
	return n / size, n%size == 0
}
