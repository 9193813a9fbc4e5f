package main

import (
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	. "interop/driver"
)

func code(number int16) string {
	if number == 0 {
		return "ok"
	}
	return errorName(kerr.ErrorForCode(number))
}

type committer struct {
	group, member string
	instance      *string
	generation    int32
}

func (self committer) commit(topic string, partition int32) string {
	request := kmsg.NewPtrOffsetCommitRequest()
	request.Group, request.MemberID, request.Generation, request.InstanceID = self.group, self.member, self.generation, self.instance
	part := kmsg.NewOffsetCommitRequestTopicPartition()
	part.Partition, part.Offset = partition, 1
	of := kmsg.NewOffsetCommitRequestTopic()
	of.Topic, of.Partitions = topic, append(of.Partitions, part)
	of.TopicID = Got(admin.ListTopics(ctx, topic))[topic].ID
	request.Topics = append(request.Topics, of)
	return code(Got(request.RequestWith(ctx, clientOfAdmin)).Topics[0].Partitions[0].ErrorCode)
}

func (self committer) heartbeat() string {
	request := kmsg.NewPtrHeartbeatRequest()
	request.Group, request.MemberID, request.Generation, request.InstanceID = self.group, self.member, self.generation, self.instance
	return code(Got(request.RequestWith(ctx, clientOfAdmin)).ErrorCode)
}

func (self committer) sync() string {
	request := kmsg.NewPtrSyncGroupRequest()
	kind, protocol := "consumer", "range"
	request.ProtocolType, request.Protocol = &kind, &protocol
	request.Group, request.MemberID, request.Generation, request.InstanceID = self.group, self.member, self.generation, self.instance
	return code(Got(request.RequestWith(ctx, clientOfAdmin)).ErrorCode)
}

func (self committer) leave() string {
	request := kmsg.NewPtrLeaveGroupRequest()
	request.Group = self.group
	each := kmsg.NewLeaveGroupRequestMember()
	each.MemberID, each.InstanceID = self.member, self.instance
	request.Members = append(request.Members, each)
	answer := Got(request.RequestWith(ctx, clientOfAdmin))
	if answer.ErrorCode != 0 || len(answer.Members) == 0 {
		return code(answer.ErrorCode)
	}
	return code(answer.Members[0].ErrorCode)
}

func (self committer) join(timeout int32, kind, protocol string) string {
	request := kmsg.NewPtrJoinGroupRequest()
	request.Group, request.MemberID, request.SessionTimeoutMillis, request.RebalanceTimeoutMillis, request.ProtocolType =
		self.group, self.member, timeout, 10_000, kind
	each := kmsg.NewJoinGroupRequestProtocol()
	each.Name = protocol
	request.Protocols = append(request.Protocols, each)
	return code(Got(request.RequestWith(ctx, clientOfAdmin)).ErrorCode)
}

// Members of a classic group that are none, or no longer: the exact code.
func groupRefusals(topic string) any {
	create(topic, 1, nil)
	group := topic + "-g"
	real := join(group, topic, kgo.InstanceID("one"), kgo.Balancers(kgo.RangeBalancer()), kgo.SessionTimeout(30*time.Second))
	defer real.Close()
	Until("its partition", func() bool { return len(real.parts()) == 1 })
	name, generation := real.GroupMetadata()
	one, two := "one", "two"
	right := committer{group, name, &one, generation}
	cases := map[string]committer{
		"right": right, "old generation": {group, name, &one, generation - 1}, "next generation": {group, name, &one, generation + 1},
		"unknown member": {group, "nobody", nil, generation}, "unknown instance": {group, name, &two, generation},
		"fenced instance": {group, "nobody", &one, generation}, "no generation": {group, name, &one, -1}, "nobody": {group, "", nil, -1},
		"unknown group": {group + "-no", name, nil, generation}, "unknown group, nobody": {group + "-none", "", nil, -1}, "empty group": {"", "", nil, -1},
	}
	outcome := M{}
	for what, each := range cases {
		outcome["commit: "+what] = each.commit(topic, 0)
		if what != "nobody" && what != "unknown group, nobody" {
			outcome["heartbeat: "+what] = each.heartbeat()
			outcome["sync: "+what] = each.sync()
		}
		if what != "right" && what != "nobody" && each.member != name {
			outcome["leave: "+what] = each.leave()
		}
	}
	stranger := committer{group: group, member: "nobody"}
	outcome["commit: no partition"] = right.commit(topic, 9)
	outcome["join: unknown member"] = stranger.join(10_000, "consumer", "range")
	outcome["join: short session"] = committer{group: group}.join(1, "consumer", "range")
	outcome["join: other type"] = committer{group: group}.join(10_000, "connect", "range")
	outcome["join: other protocol"] = committer{group: group}.join(10_000, "consumer", "no such")
	outcome["join: no group"] = committer{}.join(10_000, "consumer", "range")
	return outcome
}

// The same for a group of KIP-848, and what heartbeats of members that are none are told.
func group848Refusals(topic string) any {
	create(topic, 1, nil)
	group := topic + "-g"
	beat := func(group, member string, term int32, change func(*kmsg.ConsumerGroupHeartbeatRequest)) *kmsg.ConsumerGroupHeartbeatResponse {
		request := kmsg.NewPtrConsumerGroupHeartbeatRequest()
		request.Group, request.MemberID, request.MemberEpoch = group, member, term
		request.RebalanceTimeoutMillis = -1
		if term == 0 {
			request.RebalanceTimeoutMillis, request.SubscribedTopicNames = 10_000, []string{topic}
			request.Topics = []kmsg.ConsumerGroupHeartbeatRequestTopic{}
		}
		if change != nil {
			change(request)
		}
		return Got(request.RequestWith(ctx, clientOfAdmin))
	}
	name := "5nYvAySURqGjFZNnEjYR0Q"
	joined := beat(group, name, 0, nil)
	outcome := M{"joined": code(joined.ErrorCode), "term": joined.MemberEpoch > 0, "beats": joined.HeartbeatIntervalMillis > 0}
	term := joined.MemberEpoch
	codeOf := func(answer *kmsg.ConsumerGroupHeartbeatResponse) string { return code(answer.ErrorCode) }
	outcome["heartbeat: right"] = codeOf(beat(group, name, term, nil))
	outcome["heartbeat: too new"] = codeOf(beat(group, name, term+5, nil))
	outcome["heartbeat: unknown member"] = codeOf(beat(group, "nobody", term, nil))
	outcome["heartbeat: unknown group"] = codeOf(beat(group+"-no", "nobody", term, nil))
	outcome["join: no group"] = codeOf(beat("", "somebody", 0, nil))
	outcome["join: no name"] = codeOf(beat(group, "", 0, nil))
	outcome["join: no timeout"] = codeOf(beat(group, "somebody", 0, func(request *kmsg.ConsumerGroupHeartbeatRequest) { request.RebalanceTimeoutMillis = -1 }))
	outcome["join: no subscription"] = codeOf(beat(group, "somebody", 0, func(request *kmsg.ConsumerGroupHeartbeatRequest) { request.SubscribedTopicNames = nil }))
	outcome["join: no such assignor"] = codeOf(beat(group, "somebody", 0, func(request *kmsg.ConsumerGroupHeartbeatRequest) {
		assignor := "no such"
		request.ServerAssignor = &assignor
	}))
	outcome["join: bad regex"] = codeOf(beat(group, "somebody", 0, func(request *kmsg.ConsumerGroupHeartbeatRequest) {
		regex := "(a"
		request.SubscribedTopicNames, request.SubscribedTopicRegex = nil, &regex
	}))
	outcome["static leave without a name"] = codeOf(beat(group, "somebody", -2, nil))
	for what, each := range map[string]committer{
		"right": {group, name, nil, term}, "old": {group, name, nil, term - 1}, "too new": {group, name, nil, term + 1},
		"unknown member": {group, "nobody", nil, term}, "nobody": {group, "", nil, -1},
	} {
		outcome["commit: "+what] = each.commit(topic, 0)
		outcome["classic heartbeat: "+what] = each.heartbeat()
	}
	outcome["classic join: other protocol"] = committer{group: group}.join(10_000, "connect", "range")
	outcome["leave"] = codeOf(beat(group, name, -1, nil))
	outcome["leave again"] = codeOf(beat(group, name, -1, nil))
	described := Got(admin.DescribeConsumerGroups(ctx, group))[group]
	outcome["described"] = []any{described.State, described.AssignorName, len(described.Members)}
	classic := Got(admin.DescribeGroups(ctx, group))[group]
	outcome["described as classic"] = []any{classic.State, classic.ProtocolType, len(classic.Members)}
	listed := Got(admin.ListGroupsByType(ctx, []string{"consumer"}))
	outcome["listed"] = slices.Contains(listed.Groups(), group)
	return outcome
}
