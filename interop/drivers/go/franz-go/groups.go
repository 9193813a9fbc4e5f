package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	. "interop/driver"
)

// One member, polled until it is closed; its share as its callbacks tell it.
type member struct {
	*kgo.Client
	lock  sync.Mutex
	share map[int32]bool
	found []string
	fatal string
}

func join(group, topic string, options ...kgo.Opt) *member {
	self := &member{share: map[int32]bool{}}
	change := func(has bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, parts map[string][]int32) {
			self.lock.Lock()
			defer self.lock.Unlock()
			for _, part := range parts[topic] {
				if has {
					self.share[part] = true
				} else {
					delete(self.share, part)
				}
			}
		}
	}
	self.Client = client(append([]kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(),
		kgo.OnPartitionsAssigned(change(true)), kgo.OnPartitionsRevoked(change(false)), kgo.OnPartitionsLost(change(false)),
	}, options...)...)
	go func() {
		for {
			fetches := self.PollFetches(ctx)
			if fetches.IsClientClosed() {
				return
			}
			self.lock.Lock()
			for _, each := range fetches.Errors() {
				self.fatal = errorName(each.Err)
			}
			self.found = append(self.found, values(fetches.Records())...)
			self.lock.Unlock()
		}
	}()
	return self
}

func (self *member) parts() []int32 {
	self.lock.Lock()
	defer self.lock.Unlock()
	parts := []int32{}
	for part := range self.share {
		parts = append(parts, part)
	}
	slices.Sort(parts)
	return parts
}

func (self *member) values() []string {
	self.lock.Lock()
	defer self.lock.Unlock()
	return slices.Clone(self.found)
}

func (self *member) error() string {
	self.lock.Lock()
	defer self.lock.Unlock()
	return self.fatal
}

func shared(count int, members ...*member) bool {
	seen := []int32{}
	for _, each := range members {
		parts := each.parts()
		if len(parts) != count/len(members) {
			return false
		}
		seen = append(seen, parts...)
	}
	slices.Sort(seen)
	return len(slices.Compact(seen)) == count
}

func committedOf(group, topic string) []any {
	offsets := []any{}
	for _, each := range Got(admin.FetchOffsets(ctx, group)).Sorted() {
		if each.Topic == topic {
			offsets = append(offsets, []any{each.Partition, each.At})
		}
	}
	return offsets
}

func groupStory(topic string, options ...kgo.Opt) any {
	create(topic, 4, nil)
	group := topic + "-g"
	send(numbered(topic, 40, "first", 4))
	first := join(group, topic, options...)
	Until("all records", func() bool { return len(first.values()) == 40 })
	Must(first.CommitUncommittedOffsets(ctx))
	second := join(group, topic, options...)
	Until("two shares", func() bool { return shared(4, first, second) })
	send(numbered(topic, 8, "more", 4))
	seen := func() []string {
		distinct := slices.Concat(first.values(), second.values())
		return slices.Compact(sorted(distinct))
	}
	Until("more records", func() bool { return len(seen()) == 48 })
	Must(first.CommitUncommittedOffsets(ctx))
	Must(second.CommitUncommittedOffsets(ctx))
	outcome := M{"records": len(seen()), "committed": committedOf(group, topic)}
	second.Close()
	Until("one share", func() bool { return len(first.parts()) == 4 })
	first.Close()
	third := join(group, topic, options...)
	defer third.Close()
	send(numbered(topic, 1, "last", 4))
	Until("the last", func() bool { return len(third.values()) > 0 })
	outcome["last"] = third.values()
	return outcome
}

// A group on its way from the classic protocol to KIP-848's: both kinds share it.
func groupMixed(topic string) any {
	create(topic, 4, nil)
	group := topic + "-g"
	send(numbered(topic, 40, "first", 4))
	classic := join(group, topic, kgo.Balancers(kgo.CooperativeStickyBalancer()))
	Until("all records", func() bool { return len(classic.values()) == 40 })
	Must(classic.CommitUncommittedOffsets(ctx))
	kind := func() any {
		_, classic := Got(admin.ListGroupsByType(ctx, []string{"classic"}))[group]
		_, modern := Got(admin.ListGroupsByType(ctx, []string{"consumer"}))[group]
		return []bool{classic, modern}
	}
	outcome := M{"before": kind()}
	modern := join(group, topic, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
	Until("two shares", func() bool { return shared(4, classic, modern) })
	outcome["mixed"] = kind()
	send(numbered(topic, 8, "more", 4))
	Until("more records", func() bool {
		return len(slices.Compact(sorted(slices.Concat(classic.values(), modern.values())))) == 48
	})
	Must(classic.CommitUncommittedOffsets(ctx))
	Must(modern.CommitUncommittedOffsets(ctx))
	outcome["committed"] = committedOf(group, topic)
	classic.Close()
	Until("one share", func() bool { return len(modern.parts()) == 4 })
	outcome["after"] = kind()
	modern.Close()
	return outcome
}

func staticMembers(topic string) any {
	create(topic, 4, nil)
	group := topic + "-g"
	static := func(name string) *member {
		return join(group, topic, kgo.InstanceID(name), kgo.Balancers(kgo.RangeBalancer()), kgo.HeartbeatInterval(300*time.Millisecond))
	}
	first, second := static("one"), static("two")
	defer second.Close()
	Until("two shares", func() bool { return shared(4, first, second) })
	before := first.parts()
	first.Close()
	again := static("one")
	Until("its share", func() bool { return shared(4, again, second) })
	outcome := M{"same": slices.Equal(again.parts(), before)}
	twin := static("one")
	Until("somebody is fenced", func() bool { return again.error() != "" || twin.error() != "" })
	outcome["fenced"], outcome["twin"] = again.error(), twin.error()
	again.Close()
	twin.Close()
	return outcome
}

func groupAdmin(topic string) any {
	create(topic, 2, nil)
	send(numbered(topic, 2, "v", 2))
	group := topic + "-g"
	first := join(group, topic, kgo.Balancers(kgo.RangeBalancer()))
	Until("both", func() bool { return len(first.values()) == 2 })
	Must(first.CommitUncommittedOffsets(ctx))
	described := func() []any {
		found := Got(admin.DescribeGroups(ctx, group))[group]
		return []any{found.State, found.ProtocolType, found.Protocol, len(found.Members), Told(found.Err)}
	}
	listed := func(states ...string) bool { return len(Got(admin.ListGroups(ctx, states...))[group].Group) > 0 }
	remove := func() string { return Told(Got(admin.DeleteGroups(ctx, group))[group].Err) }
	set := func(offset int64) string {
		offsets := kadm.Offsets{}
		offsets.AddOffset(topic, 0, offset, -1)
		return Told(Got(admin.CommitOffsets(ctx, group, offsets))[topic][0].Err)
	}
	forget := func() string {
		topics := kadm.TopicsSet{}
		topics.Add(topic, 0)
		return Told(Got(admin.DeleteOffsets(ctx, group, topics))[topic][0])
	}
	outcome := M{"listed": listed(), "stable": listed("Stable"), "empty ones": listed("Empty"), "described": described(),
		"deleted while used": remove(), "set while used": set(0), "offsets deleted while used": forget(), "offsets": committedOf(group, topic)}
	byType := Got(admin.ListGroupsByType(ctx, []string{"classic"}))
	outcome["is classic"] = byType[group].Group == group
	first.Close()
	Until("an empty group", func() bool { return described()[0] == "Empty" })
	outcome["empty"] = described()
	outcome["set"] = set(0)
	outcome["offsets after"] = committedOf(group, topic)
	outcome["offsets deleted"] = forget()
	outcome["offsets left"] = committedOf(group, topic)
	outcome["deleted"] = remove()
	outcome["deleted again"] = remove()
	outcome["gone"] = described()
	outcome["unknown offsets"] = fmt.Sprint(committedOf(group+"-no", topic))
	return outcome
}
