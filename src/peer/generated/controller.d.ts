// Generated from proto/controller.proto by `npm run proto`. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace flotilla. */
export namespace flotilla {

    /** Namespace controller. */
    namespace controller {

        /**
         * Properties of an Endpoint.
         * @deprecated Use flotilla.controller.Endpoint.$Properties instead.
         */
        interface IEndpoint extends flotilla.controller.Endpoint.$Properties {
        }

        /** Represents an Endpoint. */
        class Endpoint {

            /**
             * Constructs a new Endpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Endpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Endpoint host. */
            host: string;

            /** Endpoint port. */
            port: number;

            /**
             * Encodes the specified Endpoint message. Does not implicitly {@link flotilla.controller.Endpoint.verify|verify} messages.
             * @param message Endpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Endpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Endpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Endpoint & flotilla.controller.Endpoint.$Shape} Endpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Endpoint & flotilla.controller.Endpoint.$Shape;
        }

        namespace Endpoint {

            /** Properties of an Endpoint. */
            interface $Properties {

                /** Endpoint host */
                host?: (string|null);

                /** Endpoint port */
                port?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Endpoint. */
            type $Shape = flotilla.controller.Endpoint.$Properties;
        }

        /**
         * Properties of a Refusal.
         * @deprecated Use flotilla.controller.Refusal.$Properties instead.
         */
        interface IRefusal extends flotilla.controller.Refusal.$Properties {
        }

        /** Represents a Refusal. */
        class Refusal {

            /**
             * Constructs a new Refusal.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Refusal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refusal reason. */
            reason: string;

            /** Refusal message. */
            message: string;

            /**
             * Encodes the specified Refusal message. Does not implicitly {@link flotilla.controller.Refusal.verify|verify} messages.
             * @param message Refusal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Refusal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refusal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Refusal & flotilla.controller.Refusal.$Shape} Refusal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Refusal & flotilla.controller.Refusal.$Shape;
        }

        namespace Refusal {

            /** Properties of a Refusal. */
            interface $Properties {

                /** Refusal reason */
                reason?: (string|null);

                /** Refusal message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refusal. */
            type $Shape = flotilla.controller.Refusal.$Properties;
        }

        /**
         * Properties of a FoundReplica.
         * @deprecated Use flotilla.controller.FoundReplica.$Properties instead.
         */
        interface IFoundReplica extends flotilla.controller.FoundReplica.$Properties {
        }

        /** Represents a FoundReplica. */
        class FoundReplica {

            /**
             * Constructs a new FoundReplica.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.FoundReplica.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FoundReplica topicId. */
            topicId: string;

            /** FoundReplica partition. */
            partition: number;

            /** FoundReplica lastTerm. */
            lastTerm: number;

            /** FoundReplica end. */
            end: number;

            /** FoundReplica lossy. */
            lossy: boolean;

            /** FoundReplica failed. */
            failed: boolean;

            /**
             * Encodes the specified FoundReplica message. Does not implicitly {@link flotilla.controller.FoundReplica.verify|verify} messages.
             * @param message FoundReplica message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.FoundReplica.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FoundReplica message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.FoundReplica & flotilla.controller.FoundReplica.$Shape} FoundReplica
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.FoundReplica & flotilla.controller.FoundReplica.$Shape;
        }

        namespace FoundReplica {

            /** Properties of a FoundReplica. */
            interface $Properties {

                /** FoundReplica topicId */
                topicId?: (string|null);

                /** FoundReplica partition */
                partition?: (number|null);

                /** FoundReplica lastTerm */
                lastTerm?: (number|null);

                /** FoundReplica end */
                end?: (number|null);

                /** FoundReplica lossy */
                lossy?: (boolean|null);

                /** FoundReplica failed */
                failed?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FoundReplica. */
            type $Shape = flotilla.controller.FoundReplica.$Properties;
        }

        /**
         * Properties of a Register.
         * @deprecated Use flotilla.controller.Register.$Properties instead.
         */
        interface IRegister extends flotilla.controller.Register.$Properties {
        }

        /** Represents a Register. */
        class Register {

            /**
             * Constructs a new Register.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Register.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Register node. */
            node: number;

            /** Register incarnation. */
            incarnation: string;

            /** Register directory. */
            directory: string;

            /** Register kafka. */
            kafka?: (flotilla.controller.Endpoint.$Properties|null);

            /** Register peer. */
            peer?: (flotilla.controller.Endpoint.$Properties|null);

            /** Register admin. */
            admin?: (flotilla.controller.Endpoint.$Properties|null);

            /** Register hasRack. */
            hasRack: boolean;

            /** Register rack. */
            rack: string;

            /** Register knownIncarnations. */
            knownIncarnations: string[];

            /** Register found. */
            found: flotilla.controller.FoundReplica.$Properties[];

            /**
             * Encodes the specified Register message. Does not implicitly {@link flotilla.controller.Register.verify|verify} messages.
             * @param message Register message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Register.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Register message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Register & flotilla.controller.Register.$Shape} Register
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Register & flotilla.controller.Register.$Shape;
        }

        namespace Register {

            /** Properties of a Register. */
            interface $Properties {

                /** Register node */
                node?: (number|null);

                /** Register incarnation */
                incarnation?: (string|null);

                /** Register directory */
                directory?: (string|null);

                /** Register kafka */
                kafka?: (flotilla.controller.Endpoint.$Properties|null);

                /** Register peer */
                peer?: (flotilla.controller.Endpoint.$Properties|null);

                /** Register admin */
                admin?: (flotilla.controller.Endpoint.$Properties|null);

                /** Register hasRack */
                hasRack?: (boolean|null);

                /** Register rack */
                rack?: (string|null);

                /** Register knownIncarnations */
                knownIncarnations?: (string[]|null);

                /** Register found */
                found?: (flotilla.controller.FoundReplica.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Register. */
            type $Shape = flotilla.controller.Register.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use flotilla.controller.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends flotilla.controller.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat node. */
            node: number;

            /** Heartbeat incarnation. */
            incarnation: string;

            /** Heartbeat appliedEnd. */
            appliedEnd: number;

            /** Heartbeat wantsUnfence. */
            wantsUnfence: boolean;

            /** Heartbeat wantsShutdown. */
            wantsShutdown: boolean;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link flotilla.controller.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Heartbeat & flotilla.controller.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Heartbeat & flotilla.controller.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat node */
                node?: (number|null);

                /** Heartbeat incarnation */
                incarnation?: (string|null);

                /** Heartbeat appliedEnd */
                appliedEnd?: (number|null);

                /** Heartbeat wantsUnfence */
                wantsUnfence?: (boolean|null);

                /** Heartbeat wantsShutdown */
                wantsShutdown?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = flotilla.controller.Heartbeat.$Properties;
        }

        /**
         * Properties of a Member.
         * @deprecated Use flotilla.controller.Member.$Properties instead.
         */
        interface IMember extends flotilla.controller.Member.$Properties {
        }

        /** Represents a Member. */
        class Member {

            /**
             * Constructs a new Member.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Member.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Member node. */
            node: number;

            /** Member incarnation. */
            incarnation: string;

            /**
             * Encodes the specified Member message. Does not implicitly {@link flotilla.controller.Member.verify|verify} messages.
             * @param message Member message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Member.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Member message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Member & flotilla.controller.Member.$Shape} Member
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Member & flotilla.controller.Member.$Shape;
        }

        namespace Member {

            /** Properties of a Member. */
            interface $Properties {

                /** Member node */
                node?: (number|null);

                /** Member incarnation */
                incarnation?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Member. */
            type $Shape = flotilla.controller.Member.$Properties;
        }

        /**
         * Properties of an IsrProposal.
         * @deprecated Use flotilla.controller.IsrProposal.$Properties instead.
         */
        interface IIsrProposal extends flotilla.controller.IsrProposal.$Properties {
        }

        /** Represents an IsrProposal. */
        class IsrProposal {

            /**
             * Constructs a new IsrProposal.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.IsrProposal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IsrProposal topicId. */
            topicId: string;

            /** IsrProposal partition. */
            partition: number;

            /** IsrProposal leaderTerm. */
            leaderTerm: number;

            /** IsrProposal version. */
            version: number;

            /** IsrProposal isr. */
            isr: flotilla.controller.Member.$Properties[];

            /** IsrProposal expelled. */
            expelled: number[];

            /**
             * Encodes the specified IsrProposal message. Does not implicitly {@link flotilla.controller.IsrProposal.verify|verify} messages.
             * @param message IsrProposal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.IsrProposal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IsrProposal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.IsrProposal & flotilla.controller.IsrProposal.$Shape} IsrProposal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.IsrProposal & flotilla.controller.IsrProposal.$Shape;
        }

        namespace IsrProposal {

            /** Properties of an IsrProposal. */
            interface $Properties {

                /** IsrProposal topicId */
                topicId?: (string|null);

                /** IsrProposal partition */
                partition?: (number|null);

                /** IsrProposal leaderTerm */
                leaderTerm?: (number|null);

                /** IsrProposal version */
                version?: (number|null);

                /** IsrProposal isr */
                isr?: (flotilla.controller.Member.$Properties[]|null);

                /** IsrProposal expelled */
                expelled?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IsrProposal. */
            type $Shape = flotilla.controller.IsrProposal.$Properties;
        }

        /**
         * Properties of an AlterPartition.
         * @deprecated Use flotilla.controller.AlterPartition.$Properties instead.
         */
        interface IAlterPartition extends flotilla.controller.AlterPartition.$Properties {
        }

        /** Represents an AlterPartition. */
        class AlterPartition {

            /**
             * Constructs a new AlterPartition.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.AlterPartition.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AlterPartition node. */
            node: number;

            /** AlterPartition incarnation. */
            incarnation: string;

            /** AlterPartition proposals. */
            proposals: flotilla.controller.IsrProposal.$Properties[];

            /**
             * Encodes the specified AlterPartition message. Does not implicitly {@link flotilla.controller.AlterPartition.verify|verify} messages.
             * @param message AlterPartition message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.AlterPartition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AlterPartition message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.AlterPartition & flotilla.controller.AlterPartition.$Shape} AlterPartition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.AlterPartition & flotilla.controller.AlterPartition.$Shape;
        }

        namespace AlterPartition {

            /** Properties of an AlterPartition. */
            interface $Properties {

                /** AlterPartition node */
                node?: (number|null);

                /** AlterPartition incarnation */
                incarnation?: (string|null);

                /** AlterPartition proposals */
                proposals?: (flotilla.controller.IsrProposal.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AlterPartition. */
            type $Shape = flotilla.controller.AlterPartition.$Properties;
        }

        /**
         * Properties of a Command.
         * @deprecated Use flotilla.controller.Command.$Properties instead.
         */
        interface ICommand extends flotilla.controller.Command.$Properties {
        }

        /** Represents a Command. */
        class Command {

            /**
             * Constructs a new Command.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Command.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Command json. */
            json: string;

            /**
             * Encodes the specified Command message. Does not implicitly {@link flotilla.controller.Command.verify|verify} messages.
             * @param message Command message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Command.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Command message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Command & flotilla.controller.Command.$Shape} Command
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Command & flotilla.controller.Command.$Shape;
        }

        namespace Command {

            /** Properties of a Command. */
            interface $Properties {

                /** Command json */
                json?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Command. */
            type $Shape = flotilla.controller.Command.$Properties;
        }

        /**
         * Properties of a RegisterAnswer.
         * @deprecated Use flotilla.controller.RegisterAnswer.$Properties instead.
         */
        interface IRegisterAnswer extends flotilla.controller.RegisterAnswer.$Properties {
        }

        /** Represents a RegisterAnswer. */
        class RegisterAnswer {

            /**
             * Constructs a new RegisterAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.RegisterAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RegisterAnswer refusal. */
            refusal?: (flotilla.controller.Refusal.$Properties|null);

            /**
             * Encodes the specified RegisterAnswer message. Does not implicitly {@link flotilla.controller.RegisterAnswer.verify|verify} messages.
             * @param message RegisterAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.RegisterAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RegisterAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.RegisterAnswer & flotilla.controller.RegisterAnswer.$Shape} RegisterAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.RegisterAnswer & flotilla.controller.RegisterAnswer.$Shape;
        }

        namespace RegisterAnswer {

            /** Properties of a RegisterAnswer. */
            interface $Properties {

                /** RegisterAnswer refusal */
                refusal?: (flotilla.controller.Refusal.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RegisterAnswer. */
            type $Shape = flotilla.controller.RegisterAnswer.$Properties;
        }

        /**
         * Properties of a HeartbeatAnswer.
         * @deprecated Use flotilla.controller.HeartbeatAnswer.$Properties instead.
         */
        interface IHeartbeatAnswer extends flotilla.controller.HeartbeatAnswer.$Properties {
        }

        /** Represents a HeartbeatAnswer. */
        class HeartbeatAnswer {

            /**
             * Constructs a new HeartbeatAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.HeartbeatAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeartbeatAnswer refusal. */
            refusal?: (flotilla.controller.Refusal.$Properties|null);

            /** HeartbeatAnswer fenced. */
            fenced: boolean;

            /** HeartbeatAnswer mayStop. */
            mayStop: boolean;

            /**
             * Encodes the specified HeartbeatAnswer message. Does not implicitly {@link flotilla.controller.HeartbeatAnswer.verify|verify} messages.
             * @param message HeartbeatAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.HeartbeatAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeartbeatAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.HeartbeatAnswer & flotilla.controller.HeartbeatAnswer.$Shape} HeartbeatAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.HeartbeatAnswer & flotilla.controller.HeartbeatAnswer.$Shape;
        }

        namespace HeartbeatAnswer {

            /** Properties of a HeartbeatAnswer. */
            interface $Properties {

                /** HeartbeatAnswer refusal */
                refusal?: (flotilla.controller.Refusal.$Properties|null);

                /** HeartbeatAnswer fenced */
                fenced?: (boolean|null);

                /** HeartbeatAnswer mayStop */
                mayStop?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeartbeatAnswer. */
            type $Shape = flotilla.controller.HeartbeatAnswer.$Properties;
        }

        /**
         * Properties of a ProposalAnswer.
         * @deprecated Use flotilla.controller.ProposalAnswer.$Properties instead.
         */
        interface IProposalAnswer extends flotilla.controller.ProposalAnswer.$Properties {
        }

        /** Represents a ProposalAnswer. */
        class ProposalAnswer {

            /**
             * Constructs a new ProposalAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.ProposalAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ProposalAnswer refusal. */
            refusal?: (flotilla.controller.Refusal.$Properties|null);

            /** ProposalAnswer version. */
            version: number;

            /**
             * Encodes the specified ProposalAnswer message. Does not implicitly {@link flotilla.controller.ProposalAnswer.verify|verify} messages.
             * @param message ProposalAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.ProposalAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ProposalAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.ProposalAnswer & flotilla.controller.ProposalAnswer.$Shape} ProposalAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.ProposalAnswer & flotilla.controller.ProposalAnswer.$Shape;
        }

        namespace ProposalAnswer {

            /** Properties of a ProposalAnswer. */
            interface $Properties {

                /** ProposalAnswer refusal */
                refusal?: (flotilla.controller.Refusal.$Properties|null);

                /** ProposalAnswer version */
                version?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ProposalAnswer. */
            type $Shape = flotilla.controller.ProposalAnswer.$Properties;
        }

        /**
         * Properties of an AlterPartitionAnswer.
         * @deprecated Use flotilla.controller.AlterPartitionAnswer.$Properties instead.
         */
        interface IAlterPartitionAnswer extends flotilla.controller.AlterPartitionAnswer.$Properties {
        }

        /** Represents an AlterPartitionAnswer. */
        class AlterPartitionAnswer {

            /**
             * Constructs a new AlterPartitionAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.AlterPartitionAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AlterPartitionAnswer answers. */
            answers: flotilla.controller.ProposalAnswer.$Properties[];

            /**
             * Encodes the specified AlterPartitionAnswer message. Does not implicitly {@link flotilla.controller.AlterPartitionAnswer.verify|verify} messages.
             * @param message AlterPartitionAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.AlterPartitionAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AlterPartitionAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.AlterPartitionAnswer & flotilla.controller.AlterPartitionAnswer.$Shape} AlterPartitionAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.AlterPartitionAnswer & flotilla.controller.AlterPartitionAnswer.$Shape;
        }

        namespace AlterPartitionAnswer {

            /** Properties of an AlterPartitionAnswer. */
            interface $Properties {

                /** AlterPartitionAnswer answers */
                answers?: (flotilla.controller.ProposalAnswer.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AlterPartitionAnswer. */
            type $Shape = flotilla.controller.AlterPartitionAnswer.$Properties;
        }

        /**
         * Properties of a CommandAnswer.
         * @deprecated Use flotilla.controller.CommandAnswer.$Properties instead.
         */
        interface ICommandAnswer extends flotilla.controller.CommandAnswer.$Properties {
        }

        /** Represents a CommandAnswer. */
        class CommandAnswer {

            /**
             * Constructs a new CommandAnswer.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.CommandAnswer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CommandAnswer json. */
            json: string;

            /**
             * Encodes the specified CommandAnswer message. Does not implicitly {@link flotilla.controller.CommandAnswer.verify|verify} messages.
             * @param message CommandAnswer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.CommandAnswer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CommandAnswer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.CommandAnswer & flotilla.controller.CommandAnswer.$Shape} CommandAnswer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.CommandAnswer & flotilla.controller.CommandAnswer.$Shape;
        }

        namespace CommandAnswer {

            /** Properties of a CommandAnswer. */
            interface $Properties {

                /** CommandAnswer json */
                json?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CommandAnswer. */
            type $Shape = flotilla.controller.CommandAnswer.$Properties;
        }

        /**
         * Properties of a NotController.
         * @deprecated Use flotilla.controller.NotController.$Properties instead.
         */
        interface INotController extends flotilla.controller.NotController.$Properties {
        }

        /** Represents a NotController. */
        class NotController {

            /**
             * Constructs a new NotController.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.NotController.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NotController known. */
            known: boolean;

            /** NotController controller. */
            controller: number;

            /**
             * Encodes the specified NotController message. Does not implicitly {@link flotilla.controller.NotController.verify|verify} messages.
             * @param message NotController message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.NotController.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NotController message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.NotController & flotilla.controller.NotController.$Shape} NotController
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.NotController & flotilla.controller.NotController.$Shape;
        }

        namespace NotController {

            /** Properties of a NotController. */
            interface $Properties {

                /** NotController known */
                known?: (boolean|null);

                /** NotController controller */
                controller?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NotController. */
            type $Shape = flotilla.controller.NotController.$Properties;
        }

        /**
         * Properties of a Reply.
         * @deprecated Use flotilla.controller.Reply.$Properties instead.
         */
        interface IReply extends flotilla.controller.Reply.$Properties {
        }

        /** Represents a Reply. */
        class Reply {

            /**
             * Constructs a new Reply.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.controller.Reply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reply notController. */
            notController?: (flotilla.controller.NotController.$Properties|null);

            /** Reply register. */
            register?: (flotilla.controller.RegisterAnswer.$Properties|null);

            /** Reply heartbeat. */
            heartbeat?: (flotilla.controller.HeartbeatAnswer.$Properties|null);

            /** Reply alterPartition. */
            alterPartition?: (flotilla.controller.AlterPartitionAnswer.$Properties|null);

            /** Reply command. */
            command?: (flotilla.controller.CommandAnswer.$Properties|null);

            /** Reply unknown. */
            unknown?: (string|null);

            /** Reply reply. */
            reply?: ("notController"|"register"|"heartbeat"|"alterPartition"|"command"|"unknown");

            /**
             * Encodes the specified Reply message. Does not implicitly {@link flotilla.controller.Reply.verify|verify} messages.
             * @param message Reply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.controller.Reply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.controller.Reply & flotilla.controller.Reply.$Shape} Reply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.controller.Reply & flotilla.controller.Reply.$Shape;
        }

        namespace Reply {

            /** Properties of a Reply. */
            interface $Properties {

                /** Reply notController */
                notController?: (flotilla.controller.NotController.$Properties|null);

                /** Reply register */
                register?: (flotilla.controller.RegisterAnswer.$Properties|null);

                /** Reply heartbeat */
                heartbeat?: (flotilla.controller.HeartbeatAnswer.$Properties|null);

                /** Reply alterPartition */
                alterPartition?: (flotilla.controller.AlterPartitionAnswer.$Properties|null);

                /** Reply command */
                command?: (flotilla.controller.CommandAnswer.$Properties|null);

                /** Reply unknown */
                unknown?: (string|null);

                /** Reply reply */
                reply?: ("notController"|"register"|"heartbeat"|"alterPartition"|"command"|"unknown");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Reply. */
            type $Shape = {
              notController?: flotilla.controller.NotController.$Shape|null;
              register?: flotilla.controller.RegisterAnswer.$Shape|null;
              heartbeat?: flotilla.controller.HeartbeatAnswer.$Shape|null;
              alterPartition?: flotilla.controller.AlterPartitionAnswer.$Shape|null;
              command?: flotilla.controller.CommandAnswer.$Shape|null;
              unknown?: string|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ reply?: undefined; notController?: null; register?: null; heartbeat?: null; alterPartition?: null; command?: null; unknown?: null }|{ reply?: "notController"; notController: flotilla.controller.NotController.$Shape; register?: null; heartbeat?: null; alterPartition?: null; command?: null; unknown?: null }|{ reply?: "register"; notController?: null; register: flotilla.controller.RegisterAnswer.$Shape; heartbeat?: null; alterPartition?: null; command?: null; unknown?: null }|{ reply?: "heartbeat"; notController?: null; register?: null; heartbeat: flotilla.controller.HeartbeatAnswer.$Shape; alterPartition?: null; command?: null; unknown?: null }|{ reply?: "alterPartition"; notController?: null; register?: null; heartbeat?: null; alterPartition: flotilla.controller.AlterPartitionAnswer.$Shape; command?: null; unknown?: null }|{ reply?: "command"; notController?: null; register?: null; heartbeat?: null; alterPartition?: null; command: flotilla.controller.CommandAnswer.$Shape; unknown?: null }|{ reply?: "unknown"; notController?: null; register?: null; heartbeat?: null; alterPartition?: null; command?: null; unknown: string })
            );
        }
    }
}
