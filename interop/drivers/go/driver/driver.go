// Package driver is what the drivers in Go share: a behaviour is a function of a prefix for its topics; what it returns, or the name of the
// error that it panics with, is its outcome.
package driver

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// M is an outcome with parts.
type M = map[string]any

// Behaviour is one of behaviour.ts.
type Behaviour struct {
	Name   string
	Behave func(topic string) any
}

// Can says what the driver can do.
func Can(name string, behave func(topic string) any) Behaviour { return Behaviour{name, behave} }

// The name of an error that the cluster answered; "": it is none.
var errorName func(error) string

// Bootstrap holds the addresses that the driver was given.
func Bootstrap() []string { return strings.Split(os.Args[1], ",") }

// Told is "ok", or the name of the error; what is no answer of the cluster is the driver's fault.
func Told(err error) string {
	if err == nil {
		return "ok"
	}
	name := errorName(err)
	if name == "" {
		panic(err)
	}
	return name
}

// Must panics with err.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// Got is the value, unless there was an error.
func Got[T any](value T, err error) T {
	Must(err)
	return value
}

// Until panics when holds does not within 40 s.
func Until(what string, holds func() bool) {
	for end := time.Now().Add(40 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			panic(fmt.Errorf("not within 40 s: %s", what))
		}
	}
}

func outcomeOf(behave func(string) any, topic string) (outcome any) {
	defer func() {
		if fault := recover(); fault != nil {
			fmt.Fprintln(os.Stderr, topic, fault)
			outcome = M{"failed": fmt.Sprint(fault)}
			if err, is := fault.(error); is && errorName(err) != "" {
				outcome = M{"error": errorName(err)}
			}
		}
	}()
	return behave(topic)
}

// Run takes BOOTSTRAP PREFIX [BEHAVIOUR …] and prints a line for each behaviour that is wanted. begin makes the clients.
func Run(nameOf func(error) string, begin func(), behaviours []Behaviour) {
	errorName = nameOf
	begin()
	for _, each := range behaviours {
		if len(os.Args) > 3 && !slices.Contains(os.Args[3:], each.Name) {
			continue
		}
		line := Got(json.Marshal(M{"behaviour": each.Name, "outcome": outcomeOf(each.Behave, os.Args[2]+"-"+each.Name)}))
		fmt.Println(string(line))
	}
}
