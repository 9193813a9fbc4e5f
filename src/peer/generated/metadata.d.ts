// Generated from proto/metadata.proto by `npm run proto`. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace flotilla. */
export namespace flotilla {

    /** Namespace metadata. */
    namespace metadata {

        /**
         * Properties of an Endpoint.
         * @deprecated Use flotilla.metadata.Endpoint.$Properties instead.
         */
        interface IEndpoint extends flotilla.metadata.Endpoint.$Properties {
        }

        /** Represents an Endpoint. */
        class Endpoint {

            /**
             * Constructs a new Endpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.Endpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Endpoint host. */
            host: string;

            /** Endpoint port. */
            port: number;

            /**
             * Encodes the specified Endpoint message. Does not implicitly {@link flotilla.metadata.Endpoint.verify|verify} messages.
             * @param message Endpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.Endpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Endpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.Endpoint & flotilla.metadata.Endpoint.$Shape} Endpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.Endpoint & flotilla.metadata.Endpoint.$Shape;
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
            type $Shape = flotilla.metadata.Endpoint.$Properties;
        }

        /**
         * Properties of a Nodes.
         * @deprecated Use flotilla.metadata.Nodes.$Properties instead.
         */
        interface INodes extends flotilla.metadata.Nodes.$Properties {
        }

        /** Represents a Nodes. */
        class Nodes {

            /**
             * Constructs a new Nodes.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.Nodes.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Nodes nodes. */
            nodes: number[];

            /**
             * Encodes the specified Nodes message. Does not implicitly {@link flotilla.metadata.Nodes.verify|verify} messages.
             * @param message Nodes message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.Nodes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Nodes message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.Nodes & flotilla.metadata.Nodes.$Shape} Nodes
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.Nodes & flotilla.metadata.Nodes.$Shape;
        }

        namespace Nodes {

            /** Properties of a Nodes. */
            interface $Properties {

                /** Nodes nodes */
                nodes?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Nodes. */
            type $Shape = flotilla.metadata.Nodes.$Properties;
        }

        /**
         * Properties of a LossyReplica.
         * @deprecated Use flotilla.metadata.LossyReplica.$Properties instead.
         */
        interface ILossyReplica extends flotilla.metadata.LossyReplica.$Properties {
        }

        /** Represents a LossyReplica. */
        class LossyReplica {

            /**
             * Constructs a new LossyReplica.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.LossyReplica.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LossyReplica node. */
            node: number;

            /** LossyReplica lastTerm. */
            lastTerm: number;

            /** LossyReplica end. */
            end: number;

            /** LossyReplica failed. */
            failed: boolean;

            /**
             * Encodes the specified LossyReplica message. Does not implicitly {@link flotilla.metadata.LossyReplica.verify|verify} messages.
             * @param message LossyReplica message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.LossyReplica.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LossyReplica message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.LossyReplica & flotilla.metadata.LossyReplica.$Shape} LossyReplica
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.LossyReplica & flotilla.metadata.LossyReplica.$Shape;
        }

        namespace LossyReplica {

            /** Properties of a LossyReplica. */
            interface $Properties {

                /** LossyReplica node */
                node?: (number|null);

                /** LossyReplica lastTerm */
                lastTerm?: (number|null);

                /** LossyReplica end */
                end?: (number|null);

                /** LossyReplica failed */
                failed?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LossyReplica. */
            type $Shape = flotilla.metadata.LossyReplica.$Properties;
        }

        /**
         * Properties of a LossyReplicas.
         * @deprecated Use flotilla.metadata.LossyReplicas.$Properties instead.
         */
        interface ILossyReplicas extends flotilla.metadata.LossyReplicas.$Properties {
        }

        /** Represents a LossyReplicas. */
        class LossyReplicas {

            /**
             * Constructs a new LossyReplicas.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.LossyReplicas.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LossyReplicas replicas. */
            replicas: flotilla.metadata.LossyReplica.$Properties[];

            /**
             * Encodes the specified LossyReplicas message. Does not implicitly {@link flotilla.metadata.LossyReplicas.verify|verify} messages.
             * @param message LossyReplicas message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.LossyReplicas.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LossyReplicas message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.LossyReplicas & flotilla.metadata.LossyReplicas.$Shape} LossyReplicas
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.LossyReplicas & flotilla.metadata.LossyReplicas.$Shape;
        }

        namespace LossyReplicas {

            /** Properties of a LossyReplicas. */
            interface $Properties {

                /** LossyReplicas replicas */
                replicas?: (flotilla.metadata.LossyReplica.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LossyReplicas. */
            type $Shape = flotilla.metadata.LossyReplicas.$Properties;
        }

        /**
         * Properties of a Leadership.
         * @deprecated Use flotilla.metadata.Leadership.$Properties instead.
         */
        interface ILeadership extends flotilla.metadata.Leadership.$Properties {
        }

        /** Represents a Leadership. */
        class Leadership {

            /**
             * Constructs a new Leadership.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.Leadership.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Leadership leader. */
            leader?: (flotilla.metadata.Life.$Properties|null);

            /** Leadership leaderTerm. */
            leaderTerm: number;

            /** Leadership unclean. */
            unclean: boolean;

            /**
             * Encodes the specified Leadership message. Does not implicitly {@link flotilla.metadata.Leadership.verify|verify} messages.
             * @param message Leadership message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.Leadership.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Leadership message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.Leadership & flotilla.metadata.Leadership.$Shape} Leadership
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.Leadership & flotilla.metadata.Leadership.$Shape;
        }

        namespace Leadership {

            /** Properties of a Leadership. */
            interface $Properties {

                /** Leadership leader */
                leader?: (flotilla.metadata.Life.$Properties|null);

                /** Leadership leaderTerm */
                leaderTerm?: (number|null);

                /** Leadership unclean */
                unclean?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Leadership. */
            type $Shape = flotilla.metadata.Leadership.$Properties;
        }

        /**
         * Properties of a Life.
         * @deprecated Use flotilla.metadata.Life.$Properties instead.
         */
        interface ILife extends flotilla.metadata.Life.$Properties {
        }

        /** Represents a Life. */
        class Life {

            /**
             * Constructs a new Life.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.Life.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Life node. */
            node: number;

            /** Life incarnation. */
            incarnation: string;

            /**
             * Encodes the specified Life message. Does not implicitly {@link flotilla.metadata.Life.verify|verify} messages.
             * @param message Life message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.Life.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Life message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.Life & flotilla.metadata.Life.$Shape} Life
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.Life & flotilla.metadata.Life.$Shape;
        }

        namespace Life {

            /** Properties of a Life. */
            interface $Properties {

                /** Life node */
                node?: (number|null);

                /** Life incarnation */
                incarnation?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Life. */
            type $Shape = flotilla.metadata.Life.$Properties;
        }

        /**
         * Properties of a ConfigScope.
         * @deprecated Use flotilla.metadata.ConfigScope.$Properties instead.
         */
        interface IConfigScope extends flotilla.metadata.ConfigScope.$Properties {
        }

        /** Represents a ConfigScope. */
        class ConfigScope {

            /**
             * Constructs a new ConfigScope.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.ConfigScope.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ConfigScope kind. */
            kind: flotilla.metadata.ConfigScope.Kind;

            /** ConfigScope node. */
            node: number;

            /** ConfigScope topicId. */
            topicId: string;

            /** ConfigScope groupId. */
            groupId: string;

            /**
             * Encodes the specified ConfigScope message. Does not implicitly {@link flotilla.metadata.ConfigScope.verify|verify} messages.
             * @param message ConfigScope message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.ConfigScope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ConfigScope message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.ConfigScope & flotilla.metadata.ConfigScope.$Shape} ConfigScope
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.ConfigScope & flotilla.metadata.ConfigScope.$Shape;
        }

        namespace ConfigScope {

            /** Properties of a ConfigScope. */
            interface $Properties {

                /** ConfigScope kind */
                kind?: (flotilla.metadata.ConfigScope.Kind|null);

                /** ConfigScope node */
                node?: (number|null);

                /** ConfigScope topicId */
                topicId?: (string|null);

                /** ConfigScope groupId */
                groupId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ConfigScope. */
            type $Shape = flotilla.metadata.ConfigScope.$Properties;

            /** Kind enum. */
            enum Kind {

                /** CLUSTER value */
                CLUSTER = 0,

                /** BROKER value */
                BROKER = 1,

                /** TOPIC value */
                TOPIC = 2,

                /** GROUP value */
                GROUP = 3
            }
        }

        /**
         * Properties of a ClusterCreated.
         * @deprecated Use flotilla.metadata.ClusterCreated.$Properties instead.
         */
        interface IClusterCreated extends flotilla.metadata.ClusterCreated.$Properties {
        }

        /** Represents a ClusterCreated. */
        class ClusterCreated {

            /**
             * Constructs a new ClusterCreated.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.ClusterCreated.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClusterCreated clusterId. */
            clusterId: string;

            /**
             * Encodes the specified ClusterCreated message. Does not implicitly {@link flotilla.metadata.ClusterCreated.verify|verify} messages.
             * @param message ClusterCreated message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.ClusterCreated.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClusterCreated message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.ClusterCreated & flotilla.metadata.ClusterCreated.$Shape} ClusterCreated
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.ClusterCreated & flotilla.metadata.ClusterCreated.$Shape;
        }

        namespace ClusterCreated {

            /** Properties of a ClusterCreated. */
            interface $Properties {

                /** ClusterCreated clusterId */
                clusterId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClusterCreated. */
            type $Shape = flotilla.metadata.ClusterCreated.$Properties;
        }

        /**
         * Properties of a BrokerRegistered.
         * @deprecated Use flotilla.metadata.BrokerRegistered.$Properties instead.
         */
        interface IBrokerRegistered extends flotilla.metadata.BrokerRegistered.$Properties {
        }

        /** Represents a BrokerRegistered. */
        class BrokerRegistered {

            /**
             * Constructs a new BrokerRegistered.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.BrokerRegistered.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BrokerRegistered life. */
            life?: (flotilla.metadata.Life.$Properties|null);

            /** BrokerRegistered directory. */
            directory: string;

            /** BrokerRegistered kafka. */
            kafka?: (flotilla.metadata.Endpoint.$Properties|null);

            /** BrokerRegistered peer. */
            peer?: (flotilla.metadata.Endpoint.$Properties|null);

            /** BrokerRegistered admin. */
            admin?: (flotilla.metadata.Endpoint.$Properties|null);

            /** BrokerRegistered hasRack. */
            hasRack: boolean;

            /** BrokerRegistered rack. */
            rack: string;

            /**
             * Encodes the specified BrokerRegistered message. Does not implicitly {@link flotilla.metadata.BrokerRegistered.verify|verify} messages.
             * @param message BrokerRegistered message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.BrokerRegistered.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BrokerRegistered message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.BrokerRegistered & flotilla.metadata.BrokerRegistered.$Shape} BrokerRegistered
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.BrokerRegistered & flotilla.metadata.BrokerRegistered.$Shape;
        }

        namespace BrokerRegistered {

            /** Properties of a BrokerRegistered. */
            interface $Properties {

                /** BrokerRegistered life */
                life?: (flotilla.metadata.Life.$Properties|null);

                /** BrokerRegistered directory */
                directory?: (string|null);

                /** BrokerRegistered kafka */
                kafka?: (flotilla.metadata.Endpoint.$Properties|null);

                /** BrokerRegistered peer */
                peer?: (flotilla.metadata.Endpoint.$Properties|null);

                /** BrokerRegistered admin */
                admin?: (flotilla.metadata.Endpoint.$Properties|null);

                /** BrokerRegistered hasRack */
                hasRack?: (boolean|null);

                /** BrokerRegistered rack */
                rack?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BrokerRegistered. */
            type $Shape = flotilla.metadata.BrokerRegistered.$Properties;
        }

        /**
         * Properties of a TopicCreated.
         * @deprecated Use flotilla.metadata.TopicCreated.$Properties instead.
         */
        interface ITopicCreated extends flotilla.metadata.TopicCreated.$Properties {
        }

        /** Represents a TopicCreated. */
        class TopicCreated {

            /**
             * Constructs a new TopicCreated.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.TopicCreated.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TopicCreated topicId. */
            topicId: string;

            /** TopicCreated name. */
            name: string;

            /** TopicCreated internal. */
            internal: boolean;

            /**
             * Encodes the specified TopicCreated message. Does not implicitly {@link flotilla.metadata.TopicCreated.verify|verify} messages.
             * @param message TopicCreated message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.TopicCreated.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TopicCreated message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.TopicCreated & flotilla.metadata.TopicCreated.$Shape} TopicCreated
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.TopicCreated & flotilla.metadata.TopicCreated.$Shape;
        }

        namespace TopicCreated {

            /** Properties of a TopicCreated. */
            interface $Properties {

                /** TopicCreated topicId */
                topicId?: (string|null);

                /** TopicCreated name */
                name?: (string|null);

                /** TopicCreated internal */
                internal?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TopicCreated. */
            type $Shape = flotilla.metadata.TopicCreated.$Properties;
        }

        /**
         * Properties of a TopicRemoved.
         * @deprecated Use flotilla.metadata.TopicRemoved.$Properties instead.
         */
        interface ITopicRemoved extends flotilla.metadata.TopicRemoved.$Properties {
        }

        /** Represents a TopicRemoved. */
        class TopicRemoved {

            /**
             * Constructs a new TopicRemoved.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.TopicRemoved.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TopicRemoved topicId. */
            topicId: string;

            /**
             * Encodes the specified TopicRemoved message. Does not implicitly {@link flotilla.metadata.TopicRemoved.verify|verify} messages.
             * @param message TopicRemoved message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.TopicRemoved.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TopicRemoved message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.TopicRemoved & flotilla.metadata.TopicRemoved.$Shape} TopicRemoved
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.TopicRemoved & flotilla.metadata.TopicRemoved.$Shape;
        }

        namespace TopicRemoved {

            /** Properties of a TopicRemoved. */
            interface $Properties {

                /** TopicRemoved topicId */
                topicId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TopicRemoved. */
            type $Shape = flotilla.metadata.TopicRemoved.$Properties;
        }

        /** Replication enum. */
        enum Replication {

            /** ISR value */
            ISR = 0,

            /** QUORUM value */
            QUORUM = 1
        }

        /**
         * Properties of a PartitionCreated.
         * @deprecated Use flotilla.metadata.PartitionCreated.$Properties instead.
         */
        interface IPartitionCreated extends flotilla.metadata.PartitionCreated.$Properties {
        }

        /** Represents a PartitionCreated. */
        class PartitionCreated {

            /**
             * Constructs a new PartitionCreated.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.PartitionCreated.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PartitionCreated topicId. */
            topicId: string;

            /** PartitionCreated partition. */
            partition: number;

            /** PartitionCreated replicas. */
            replicas: number[];

            /** PartitionCreated isr. */
            isr: number[];

            /** PartitionCreated leadership. */
            leadership?: (flotilla.metadata.Leadership.$Properties|null);

            /** PartitionCreated replication. */
            replication: flotilla.metadata.Replication;

            /**
             * Encodes the specified PartitionCreated message. Does not implicitly {@link flotilla.metadata.PartitionCreated.verify|verify} messages.
             * @param message PartitionCreated message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.PartitionCreated.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PartitionCreated message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.PartitionCreated & flotilla.metadata.PartitionCreated.$Shape} PartitionCreated
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.PartitionCreated & flotilla.metadata.PartitionCreated.$Shape;
        }

        namespace PartitionCreated {

            /** Properties of a PartitionCreated. */
            interface $Properties {

                /** PartitionCreated topicId */
                topicId?: (string|null);

                /** PartitionCreated partition */
                partition?: (number|null);

                /** PartitionCreated replicas */
                replicas?: (number[]|null);

                /** PartitionCreated isr */
                isr?: (number[]|null);

                /** PartitionCreated leadership */
                leadership?: (flotilla.metadata.Leadership.$Properties|null);

                /** PartitionCreated replication */
                replication?: (flotilla.metadata.Replication|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PartitionCreated. */
            type $Shape = flotilla.metadata.PartitionCreated.$Properties;
        }

        /**
         * Properties of a PartitionChanged.
         * @deprecated Use flotilla.metadata.PartitionChanged.$Properties instead.
         */
        interface IPartitionChanged extends flotilla.metadata.PartitionChanged.$Properties {
        }

        /** Represents a PartitionChanged. */
        class PartitionChanged {

            /**
             * Constructs a new PartitionChanged.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.PartitionChanged.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PartitionChanged topicId. */
            topicId: string;

            /** PartitionChanged partition. */
            partition: number;

            /** PartitionChanged version. */
            version: number;

            /** PartitionChanged replicas. */
            replicas?: (flotilla.metadata.Nodes.$Properties|null);

            /** PartitionChanged isr. */
            isr?: (flotilla.metadata.Nodes.$Properties|null);

            /** PartitionChanged elr. */
            elr?: (flotilla.metadata.Nodes.$Properties|null);

            /** PartitionChanged lossy. */
            lossy?: (flotilla.metadata.LossyReplicas.$Properties|null);

            /** PartitionChanged leadership. */
            leadership?: (flotilla.metadata.Leadership.$Properties|null);

            /**
             * Encodes the specified PartitionChanged message. Does not implicitly {@link flotilla.metadata.PartitionChanged.verify|verify} messages.
             * @param message PartitionChanged message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.PartitionChanged.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PartitionChanged message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.PartitionChanged & flotilla.metadata.PartitionChanged.$Shape} PartitionChanged
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.PartitionChanged & flotilla.metadata.PartitionChanged.$Shape;
        }

        namespace PartitionChanged {

            /** Properties of a PartitionChanged. */
            interface $Properties {

                /** PartitionChanged topicId */
                topicId?: (string|null);

                /** PartitionChanged partition */
                partition?: (number|null);

                /** PartitionChanged version */
                version?: (number|null);

                /** PartitionChanged replicas */
                replicas?: (flotilla.metadata.Nodes.$Properties|null);

                /** PartitionChanged isr */
                isr?: (flotilla.metadata.Nodes.$Properties|null);

                /** PartitionChanged elr */
                elr?: (flotilla.metadata.Nodes.$Properties|null);

                /** PartitionChanged lossy */
                lossy?: (flotilla.metadata.LossyReplicas.$Properties|null);

                /** PartitionChanged leadership */
                leadership?: (flotilla.metadata.Leadership.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PartitionChanged. */
            type $Shape = flotilla.metadata.PartitionChanged.$Properties;
        }

        /**
         * Properties of a QuorumLeaderReported.
         * @deprecated Use flotilla.metadata.QuorumLeaderReported.$Properties instead.
         */
        interface IQuorumLeaderReported extends flotilla.metadata.QuorumLeaderReported.$Properties {
        }

        /** Represents a QuorumLeaderReported. */
        class QuorumLeaderReported {

            /**
             * Constructs a new QuorumLeaderReported.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.QuorumLeaderReported.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** QuorumLeaderReported topicId. */
            topicId: string;

            /** QuorumLeaderReported partition. */
            partition: number;

            /** QuorumLeaderReported leader. */
            leader?: (flotilla.metadata.Life.$Properties|null);

            /** QuorumLeaderReported leaderTerm. */
            leaderTerm: number;

            /**
             * Encodes the specified QuorumLeaderReported message. Does not implicitly {@link flotilla.metadata.QuorumLeaderReported.verify|verify} messages.
             * @param message QuorumLeaderReported message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.QuorumLeaderReported.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a QuorumLeaderReported message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.QuorumLeaderReported & flotilla.metadata.QuorumLeaderReported.$Shape} QuorumLeaderReported
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.QuorumLeaderReported & flotilla.metadata.QuorumLeaderReported.$Shape;
        }

        namespace QuorumLeaderReported {

            /** Properties of a QuorumLeaderReported. */
            interface $Properties {

                /** QuorumLeaderReported topicId */
                topicId?: (string|null);

                /** QuorumLeaderReported partition */
                partition?: (number|null);

                /** QuorumLeaderReported leader */
                leader?: (flotilla.metadata.Life.$Properties|null);

                /** QuorumLeaderReported leaderTerm */
                leaderTerm?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a QuorumLeaderReported. */
            type $Shape = flotilla.metadata.QuorumLeaderReported.$Properties;
        }

        /**
         * Properties of a ConfigSet.
         * @deprecated Use flotilla.metadata.ConfigSet.$Properties instead.
         */
        interface IConfigSet extends flotilla.metadata.ConfigSet.$Properties {
        }

        /** Represents a ConfigSet. */
        class ConfigSet {

            /**
             * Constructs a new ConfigSet.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.ConfigSet.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ConfigSet scope. */
            scope?: (flotilla.metadata.ConfigScope.$Properties|null);

            /** ConfigSet key. */
            key: string;

            /** ConfigSet value. */
            value: string;

            /**
             * Encodes the specified ConfigSet message. Does not implicitly {@link flotilla.metadata.ConfigSet.verify|verify} messages.
             * @param message ConfigSet message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.ConfigSet.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ConfigSet message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.ConfigSet & flotilla.metadata.ConfigSet.$Shape} ConfigSet
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.ConfigSet & flotilla.metadata.ConfigSet.$Shape;
        }

        namespace ConfigSet {

            /** Properties of a ConfigSet. */
            interface $Properties {

                /** ConfigSet scope */
                scope?: (flotilla.metadata.ConfigScope.$Properties|null);

                /** ConfigSet key */
                key?: (string|null);

                /** ConfigSet value */
                value?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ConfigSet. */
            type $Shape = flotilla.metadata.ConfigSet.$Properties;
        }

        /**
         * Properties of a ConfigRemoved.
         * @deprecated Use flotilla.metadata.ConfigRemoved.$Properties instead.
         */
        interface IConfigRemoved extends flotilla.metadata.ConfigRemoved.$Properties {
        }

        /** Represents a ConfigRemoved. */
        class ConfigRemoved {

            /**
             * Constructs a new ConfigRemoved.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.ConfigRemoved.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ConfigRemoved scope. */
            scope?: (flotilla.metadata.ConfigScope.$Properties|null);

            /** ConfigRemoved key. */
            key: string;

            /**
             * Encodes the specified ConfigRemoved message. Does not implicitly {@link flotilla.metadata.ConfigRemoved.verify|verify} messages.
             * @param message ConfigRemoved message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.ConfigRemoved.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ConfigRemoved message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.ConfigRemoved & flotilla.metadata.ConfigRemoved.$Shape} ConfigRemoved
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.ConfigRemoved & flotilla.metadata.ConfigRemoved.$Shape;
        }

        namespace ConfigRemoved {

            /** Properties of a ConfigRemoved. */
            interface $Properties {

                /** ConfigRemoved scope */
                scope?: (flotilla.metadata.ConfigScope.$Properties|null);

                /** ConfigRemoved key */
                key?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ConfigRemoved. */
            type $Shape = flotilla.metadata.ConfigRemoved.$Properties;
        }

        /**
         * Properties of a ProducerIdsAllocated.
         * @deprecated Use flotilla.metadata.ProducerIdsAllocated.$Properties instead.
         */
        interface IProducerIdsAllocated extends flotilla.metadata.ProducerIdsAllocated.$Properties {
        }

        /** Represents a ProducerIdsAllocated. */
        class ProducerIdsAllocated {

            /**
             * Constructs a new ProducerIdsAllocated.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.ProducerIdsAllocated.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ProducerIdsAllocated life. */
            life?: (flotilla.metadata.Life.$Properties|null);

            /** ProducerIdsAllocated next. */
            next: number;

            /**
             * Encodes the specified ProducerIdsAllocated message. Does not implicitly {@link flotilla.metadata.ProducerIdsAllocated.verify|verify} messages.
             * @param message ProducerIdsAllocated message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.ProducerIdsAllocated.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ProducerIdsAllocated message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.ProducerIdsAllocated & flotilla.metadata.ProducerIdsAllocated.$Shape} ProducerIdsAllocated
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.ProducerIdsAllocated & flotilla.metadata.ProducerIdsAllocated.$Shape;
        }

        namespace ProducerIdsAllocated {

            /** Properties of a ProducerIdsAllocated. */
            interface $Properties {

                /** ProducerIdsAllocated life */
                life?: (flotilla.metadata.Life.$Properties|null);

                /** ProducerIdsAllocated next */
                next?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ProducerIdsAllocated. */
            type $Shape = flotilla.metadata.ProducerIdsAllocated.$Properties;
        }

        /**
         * Properties of a NoOp.
         * @deprecated Use flotilla.metadata.NoOp.$Properties instead.
         */
        interface INoOp extends flotilla.metadata.NoOp.$Properties {
        }

        /** Represents a NoOp. */
        class NoOp {

            /**
             * Constructs a new NoOp.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.NoOp.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified NoOp message. Does not implicitly {@link flotilla.metadata.NoOp.verify|verify} messages.
             * @param message NoOp message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.NoOp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NoOp message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.NoOp & flotilla.metadata.NoOp.$Shape} NoOp
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.NoOp & flotilla.metadata.NoOp.$Shape;
        }

        namespace NoOp {

            /** Properties of a NoOp. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NoOp. */
            type $Shape = flotilla.metadata.NoOp.$Properties;
        }

        /**
         * Properties of a MetadataRecord.
         * @deprecated Use flotilla.metadata.MetadataRecord.$Properties instead.
         */
        interface IMetadataRecord extends flotilla.metadata.MetadataRecord.$Properties {
        }

        /** Represents a MetadataRecord. */
        class MetadataRecord {

            /**
             * Constructs a new MetadataRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.MetadataRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MetadataRecord clusterCreated. */
            clusterCreated?: (flotilla.metadata.ClusterCreated.$Properties|null);

            /** MetadataRecord brokerRegistered. */
            brokerRegistered?: (flotilla.metadata.BrokerRegistered.$Properties|null);

            /** MetadataRecord brokerFenced. */
            brokerFenced?: (flotilla.metadata.Life.$Properties|null);

            /** MetadataRecord brokerUnfenced. */
            brokerUnfenced?: (flotilla.metadata.Life.$Properties|null);

            /** MetadataRecord brokerLeaving. */
            brokerLeaving?: (flotilla.metadata.Life.$Properties|null);

            /** MetadataRecord brokerUnregistered. */
            brokerUnregistered?: (flotilla.metadata.Life.$Properties|null);

            /** MetadataRecord topicCreated. */
            topicCreated?: (flotilla.metadata.TopicCreated.$Properties|null);

            /** MetadataRecord topicRemoved. */
            topicRemoved?: (flotilla.metadata.TopicRemoved.$Properties|null);

            /** MetadataRecord partitionCreated. */
            partitionCreated?: (flotilla.metadata.PartitionCreated.$Properties|null);

            /** MetadataRecord partitionChanged. */
            partitionChanged?: (flotilla.metadata.PartitionChanged.$Properties|null);

            /** MetadataRecord quorumLeaderReported. */
            quorumLeaderReported?: (flotilla.metadata.QuorumLeaderReported.$Properties|null);

            /** MetadataRecord configSet. */
            configSet?: (flotilla.metadata.ConfigSet.$Properties|null);

            /** MetadataRecord configRemoved. */
            configRemoved?: (flotilla.metadata.ConfigRemoved.$Properties|null);

            /** MetadataRecord producerIdsAllocated. */
            producerIdsAllocated?: (flotilla.metadata.ProducerIdsAllocated.$Properties|null);

            /** MetadataRecord noOp. */
            noOp?: (flotilla.metadata.NoOp.$Properties|null);

            /** MetadataRecord record. */
            record?: ("clusterCreated"|"brokerRegistered"|"brokerFenced"|"brokerUnfenced"|"brokerLeaving"|"brokerUnregistered"|"topicCreated"|"topicRemoved"|"partitionCreated"|"partitionChanged"|"quorumLeaderReported"|"configSet"|"configRemoved"|"producerIdsAllocated"|"noOp");

            /**
             * Encodes the specified MetadataRecord message. Does not implicitly {@link flotilla.metadata.MetadataRecord.verify|verify} messages.
             * @param message MetadataRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.MetadataRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MetadataRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.MetadataRecord & flotilla.metadata.MetadataRecord.$Shape} MetadataRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.MetadataRecord & flotilla.metadata.MetadataRecord.$Shape;
        }

        namespace MetadataRecord {

            /** Properties of a MetadataRecord. */
            interface $Properties {

                /** MetadataRecord clusterCreated */
                clusterCreated?: (flotilla.metadata.ClusterCreated.$Properties|null);

                /** MetadataRecord brokerRegistered */
                brokerRegistered?: (flotilla.metadata.BrokerRegistered.$Properties|null);

                /** MetadataRecord brokerFenced */
                brokerFenced?: (flotilla.metadata.Life.$Properties|null);

                /** MetadataRecord brokerUnfenced */
                brokerUnfenced?: (flotilla.metadata.Life.$Properties|null);

                /** MetadataRecord brokerLeaving */
                brokerLeaving?: (flotilla.metadata.Life.$Properties|null);

                /** MetadataRecord brokerUnregistered */
                brokerUnregistered?: (flotilla.metadata.Life.$Properties|null);

                /** MetadataRecord topicCreated */
                topicCreated?: (flotilla.metadata.TopicCreated.$Properties|null);

                /** MetadataRecord topicRemoved */
                topicRemoved?: (flotilla.metadata.TopicRemoved.$Properties|null);

                /** MetadataRecord partitionCreated */
                partitionCreated?: (flotilla.metadata.PartitionCreated.$Properties|null);

                /** MetadataRecord partitionChanged */
                partitionChanged?: (flotilla.metadata.PartitionChanged.$Properties|null);

                /** MetadataRecord quorumLeaderReported */
                quorumLeaderReported?: (flotilla.metadata.QuorumLeaderReported.$Properties|null);

                /** MetadataRecord configSet */
                configSet?: (flotilla.metadata.ConfigSet.$Properties|null);

                /** MetadataRecord configRemoved */
                configRemoved?: (flotilla.metadata.ConfigRemoved.$Properties|null);

                /** MetadataRecord producerIdsAllocated */
                producerIdsAllocated?: (flotilla.metadata.ProducerIdsAllocated.$Properties|null);

                /** MetadataRecord noOp */
                noOp?: (flotilla.metadata.NoOp.$Properties|null);

                /** MetadataRecord record */
                record?: ("clusterCreated"|"brokerRegistered"|"brokerFenced"|"brokerUnfenced"|"brokerLeaving"|"brokerUnregistered"|"topicCreated"|"topicRemoved"|"partitionCreated"|"partitionChanged"|"quorumLeaderReported"|"configSet"|"configRemoved"|"producerIdsAllocated"|"noOp");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a MetadataRecord. */
            type $Shape = {
              clusterCreated?: flotilla.metadata.ClusterCreated.$Shape|null;
              brokerRegistered?: flotilla.metadata.BrokerRegistered.$Shape|null;
              brokerFenced?: flotilla.metadata.Life.$Shape|null;
              brokerUnfenced?: flotilla.metadata.Life.$Shape|null;
              brokerLeaving?: flotilla.metadata.Life.$Shape|null;
              brokerUnregistered?: flotilla.metadata.Life.$Shape|null;
              topicCreated?: flotilla.metadata.TopicCreated.$Shape|null;
              topicRemoved?: flotilla.metadata.TopicRemoved.$Shape|null;
              partitionCreated?: flotilla.metadata.PartitionCreated.$Shape|null;
              partitionChanged?: flotilla.metadata.PartitionChanged.$Shape|null;
              quorumLeaderReported?: flotilla.metadata.QuorumLeaderReported.$Shape|null;
              configSet?: flotilla.metadata.ConfigSet.$Shape|null;
              configRemoved?: flotilla.metadata.ConfigRemoved.$Shape|null;
              producerIdsAllocated?: flotilla.metadata.ProducerIdsAllocated.$Shape|null;
              noOp?: flotilla.metadata.NoOp.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ record?: undefined; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "clusterCreated"; clusterCreated: flotilla.metadata.ClusterCreated.$Shape; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "brokerRegistered"; clusterCreated?: null; brokerRegistered: flotilla.metadata.BrokerRegistered.$Shape; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "brokerFenced"; clusterCreated?: null; brokerRegistered?: null; brokerFenced: flotilla.metadata.Life.$Shape; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "brokerUnfenced"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced: flotilla.metadata.Life.$Shape; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "brokerLeaving"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving: flotilla.metadata.Life.$Shape; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "brokerUnregistered"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered: flotilla.metadata.Life.$Shape; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "topicCreated"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated: flotilla.metadata.TopicCreated.$Shape; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "topicRemoved"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved: flotilla.metadata.TopicRemoved.$Shape; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "partitionCreated"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated: flotilla.metadata.PartitionCreated.$Shape; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "partitionChanged"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged: flotilla.metadata.PartitionChanged.$Shape; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "quorumLeaderReported"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported: flotilla.metadata.QuorumLeaderReported.$Shape; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "configSet"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet: flotilla.metadata.ConfigSet.$Shape; configRemoved?: null; producerIdsAllocated?: null; noOp?: null }|{ record?: "configRemoved"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved: flotilla.metadata.ConfigRemoved.$Shape; producerIdsAllocated?: null; noOp?: null }|{ record?: "producerIdsAllocated"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated: flotilla.metadata.ProducerIdsAllocated.$Shape; noOp?: null }|{ record?: "noOp"; clusterCreated?: null; brokerRegistered?: null; brokerFenced?: null; brokerUnfenced?: null; brokerLeaving?: null; brokerUnregistered?: null; topicCreated?: null; topicRemoved?: null; partitionCreated?: null; partitionChanged?: null; quorumLeaderReported?: null; configSet?: null; configRemoved?: null; producerIdsAllocated?: null; noOp: flotilla.metadata.NoOp.$Shape })
            );
        }

        /**
         * Properties of a BrokerState.
         * @deprecated Use flotilla.metadata.BrokerState.$Properties instead.
         */
        interface IBrokerState extends flotilla.metadata.BrokerState.$Properties {
        }

        /** Represents a BrokerState. */
        class BrokerState {

            /**
             * Constructs a new BrokerState.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.BrokerState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BrokerState registered. */
            registered?: (flotilla.metadata.BrokerRegistered.$Properties|null);

            /** BrokerState fenced. */
            fenced: boolean;

            /** BrokerState leaving. */
            leaving: boolean;

            /** BrokerState registeredAt. */
            registeredAt: number;

            /**
             * Encodes the specified BrokerState message. Does not implicitly {@link flotilla.metadata.BrokerState.verify|verify} messages.
             * @param message BrokerState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.BrokerState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BrokerState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.BrokerState & flotilla.metadata.BrokerState.$Shape} BrokerState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.BrokerState & flotilla.metadata.BrokerState.$Shape;
        }

        namespace BrokerState {

            /** Properties of a BrokerState. */
            interface $Properties {

                /** BrokerState registered */
                registered?: (flotilla.metadata.BrokerRegistered.$Properties|null);

                /** BrokerState fenced */
                fenced?: (boolean|null);

                /** BrokerState leaving */
                leaving?: (boolean|null);

                /** BrokerState registeredAt */
                registeredAt?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BrokerState. */
            type $Shape = flotilla.metadata.BrokerState.$Properties;
        }

        /**
         * Properties of a PartitionState.
         * @deprecated Use flotilla.metadata.PartitionState.$Properties instead.
         */
        interface IPartitionState extends flotilla.metadata.PartitionState.$Properties {
        }

        /** Represents a PartitionState. */
        class PartitionState {

            /**
             * Constructs a new PartitionState.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.PartitionState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PartitionState replicas. */
            replicas: number[];

            /** PartitionState isr. */
            isr: number[];

            /** PartitionState elr. */
            elr: number[];

            /** PartitionState lossy. */
            lossy: flotilla.metadata.LossyReplica.$Properties[];

            /** PartitionState leadership. */
            leadership?: (flotilla.metadata.Leadership.$Properties|null);

            /** PartitionState version. */
            version: number;

            /** PartitionState replication. */
            replication: flotilla.metadata.Replication;

            /**
             * Encodes the specified PartitionState message. Does not implicitly {@link flotilla.metadata.PartitionState.verify|verify} messages.
             * @param message PartitionState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.PartitionState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PartitionState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.PartitionState & flotilla.metadata.PartitionState.$Shape} PartitionState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.PartitionState & flotilla.metadata.PartitionState.$Shape;
        }

        namespace PartitionState {

            /** Properties of a PartitionState. */
            interface $Properties {

                /** PartitionState replicas */
                replicas?: (number[]|null);

                /** PartitionState isr */
                isr?: (number[]|null);

                /** PartitionState elr */
                elr?: (number[]|null);

                /** PartitionState lossy */
                lossy?: (flotilla.metadata.LossyReplica.$Properties[]|null);

                /** PartitionState leadership */
                leadership?: (flotilla.metadata.Leadership.$Properties|null);

                /** PartitionState version */
                version?: (number|null);

                /** PartitionState replication */
                replication?: (flotilla.metadata.Replication|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PartitionState. */
            type $Shape = flotilla.metadata.PartitionState.$Properties;
        }

        /**
         * Properties of a Config.
         * @deprecated Use flotilla.metadata.Config.$Properties instead.
         */
        interface IConfig extends flotilla.metadata.Config.$Properties {
        }

        /** Represents a Config. */
        class Config {

            /**
             * Constructs a new Config.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.Config.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Config key. */
            key: string;

            /** Config value. */
            value: string;

            /**
             * Encodes the specified Config message. Does not implicitly {@link flotilla.metadata.Config.verify|verify} messages.
             * @param message Config message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.Config.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Config message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.Config & flotilla.metadata.Config.$Shape} Config
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.Config & flotilla.metadata.Config.$Shape;
        }

        namespace Config {

            /** Properties of a Config. */
            interface $Properties {

                /** Config key */
                key?: (string|null);

                /** Config value */
                value?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Config. */
            type $Shape = flotilla.metadata.Config.$Properties;
        }

        /**
         * Properties of a TopicState.
         * @deprecated Use flotilla.metadata.TopicState.$Properties instead.
         */
        interface ITopicState extends flotilla.metadata.TopicState.$Properties {
        }

        /** Represents a TopicState. */
        class TopicState {

            /**
             * Constructs a new TopicState.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.TopicState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TopicState topicId. */
            topicId: string;

            /** TopicState name. */
            name: string;

            /** TopicState internal. */
            internal: boolean;

            /** TopicState partitions. */
            partitions: flotilla.metadata.PartitionState.$Properties[];

            /** TopicState configs. */
            configs: flotilla.metadata.Config.$Properties[];

            /**
             * Encodes the specified TopicState message. Does not implicitly {@link flotilla.metadata.TopicState.verify|verify} messages.
             * @param message TopicState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.TopicState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TopicState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.TopicState & flotilla.metadata.TopicState.$Shape} TopicState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.TopicState & flotilla.metadata.TopicState.$Shape;
        }

        namespace TopicState {

            /** Properties of a TopicState. */
            interface $Properties {

                /** TopicState topicId */
                topicId?: (string|null);

                /** TopicState name */
                name?: (string|null);

                /** TopicState internal */
                internal?: (boolean|null);

                /** TopicState partitions */
                partitions?: (flotilla.metadata.PartitionState.$Properties[]|null);

                /** TopicState configs */
                configs?: (flotilla.metadata.Config.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TopicState. */
            type $Shape = flotilla.metadata.TopicState.$Properties;
        }

        /**
         * Properties of a BrokerConfigs.
         * @deprecated Use flotilla.metadata.BrokerConfigs.$Properties instead.
         */
        interface IBrokerConfigs extends flotilla.metadata.BrokerConfigs.$Properties {
        }

        /** Represents a BrokerConfigs. */
        class BrokerConfigs {

            /**
             * Constructs a new BrokerConfigs.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.BrokerConfigs.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BrokerConfigs node. */
            node: number;

            /** BrokerConfigs configs. */
            configs: flotilla.metadata.Config.$Properties[];

            /**
             * Encodes the specified BrokerConfigs message. Does not implicitly {@link flotilla.metadata.BrokerConfigs.verify|verify} messages.
             * @param message BrokerConfigs message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.BrokerConfigs.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BrokerConfigs message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.BrokerConfigs & flotilla.metadata.BrokerConfigs.$Shape} BrokerConfigs
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.BrokerConfigs & flotilla.metadata.BrokerConfigs.$Shape;
        }

        namespace BrokerConfigs {

            /** Properties of a BrokerConfigs. */
            interface $Properties {

                /** BrokerConfigs node */
                node?: (number|null);

                /** BrokerConfigs configs */
                configs?: (flotilla.metadata.Config.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BrokerConfigs. */
            type $Shape = flotilla.metadata.BrokerConfigs.$Properties;
        }

        /**
         * Properties of a GroupConfigs.
         * @deprecated Use flotilla.metadata.GroupConfigs.$Properties instead.
         */
        interface IGroupConfigs extends flotilla.metadata.GroupConfigs.$Properties {
        }

        /** Represents a GroupConfigs. */
        class GroupConfigs {

            /**
             * Constructs a new GroupConfigs.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.GroupConfigs.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GroupConfigs groupId. */
            groupId: string;

            /** GroupConfigs configs. */
            configs: flotilla.metadata.Config.$Properties[];

            /**
             * Encodes the specified GroupConfigs message. Does not implicitly {@link flotilla.metadata.GroupConfigs.verify|verify} messages.
             * @param message GroupConfigs message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.GroupConfigs.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GroupConfigs message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.GroupConfigs & flotilla.metadata.GroupConfigs.$Shape} GroupConfigs
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.GroupConfigs & flotilla.metadata.GroupConfigs.$Shape;
        }

        namespace GroupConfigs {

            /** Properties of a GroupConfigs. */
            interface $Properties {

                /** GroupConfigs groupId */
                groupId?: (string|null);

                /** GroupConfigs configs */
                configs?: (flotilla.metadata.Config.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GroupConfigs. */
            type $Shape = flotilla.metadata.GroupConfigs.$Properties;
        }

        /**
         * Properties of an Image.
         * @deprecated Use flotilla.metadata.Image.$Properties instead.
         */
        interface IImage extends flotilla.metadata.Image.$Properties {
        }

        /** Represents an Image. */
        class Image {

            /**
             * Constructs a new Image.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.metadata.Image.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Image format. */
            format: number;

            /** Image end. */
            end: number;

            /** Image term. */
            term: number;

            /** Image hasClusterId. */
            hasClusterId: boolean;

            /** Image clusterId. */
            clusterId: string;

            /** Image brokers. */
            brokers: flotilla.metadata.BrokerState.$Properties[];

            /** Image topics. */
            topics: flotilla.metadata.TopicState.$Properties[];

            /** Image clusterConfigs. */
            clusterConfigs: flotilla.metadata.Config.$Properties[];

            /** Image brokerConfigs. */
            brokerConfigs: flotilla.metadata.BrokerConfigs.$Properties[];

            /** Image nextProducerId. */
            nextProducerId: number;

            /** Image uncleanElections. */
            uncleanElections: number;

            /** Image groupConfigs. */
            groupConfigs: flotilla.metadata.GroupConfigs.$Properties[];

            /**
             * Encodes the specified Image message. Does not implicitly {@link flotilla.metadata.Image.verify|verify} messages.
             * @param message Image message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.metadata.Image.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Image message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.metadata.Image & flotilla.metadata.Image.$Shape} Image
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.metadata.Image & flotilla.metadata.Image.$Shape;
        }

        namespace Image {

            /** Properties of an Image. */
            interface $Properties {

                /** Image format */
                format?: (number|null);

                /** Image end */
                end?: (number|null);

                /** Image term */
                term?: (number|null);

                /** Image hasClusterId */
                hasClusterId?: (boolean|null);

                /** Image clusterId */
                clusterId?: (string|null);

                /** Image brokers */
                brokers?: (flotilla.metadata.BrokerState.$Properties[]|null);

                /** Image topics */
                topics?: (flotilla.metadata.TopicState.$Properties[]|null);

                /** Image clusterConfigs */
                clusterConfigs?: (flotilla.metadata.Config.$Properties[]|null);

                /** Image brokerConfigs */
                brokerConfigs?: (flotilla.metadata.BrokerConfigs.$Properties[]|null);

                /** Image nextProducerId */
                nextProducerId?: (number|null);

                /** Image uncleanElections */
                uncleanElections?: (number|null);

                /** Image groupConfigs */
                groupConfigs?: (flotilla.metadata.GroupConfigs.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Image. */
            type $Shape = flotilla.metadata.Image.$Properties;
        }
    }
}
