// Generated from proto/peer.proto by `npm run proto`. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace flotilla. */
export namespace flotilla {

    /** Namespace peer. */
    namespace peer {

        /**
         * Properties of a Frame.
         * @deprecated Use flotilla.peer.Frame.$Properties instead.
         */
        interface IFrame extends flotilla.peer.Frame.$Properties {
        }

        /** Represents a Frame. */
        class Frame {

            /**
             * Constructs a new Frame.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Frame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Frame items. */
            items: flotilla.peer.Item.$Properties[];

            /**
             * Encodes the specified Frame message. Does not implicitly {@link flotilla.peer.Frame.verify|verify} messages.
             * @param message Frame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Frame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Frame & flotilla.peer.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Frame & flotilla.peer.Frame.$Shape;
        }

        namespace Frame {

            /** Properties of a Frame. */
            interface $Properties {

                /** Frame items */
                items?: (flotilla.peer.Item.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Frame. */
            type $Shape = {
              items?: flotilla.peer.Item.$Shape[]|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an Item.
         * @deprecated Use flotilla.peer.Item.$Properties instead.
         */
        interface IItem extends flotilla.peer.Item.$Properties {
        }

        /** Represents an Item. */
        class Item {

            /**
             * Constructs a new Item.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Item.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Item group. */
            group: string;

            /** Item attachment. */
            attachment: number;

            /** Item append. */
            append?: (flotilla.peer.Append.$Properties|null);

            /** Item appendReply. */
            appendReply?: (flotilla.peer.AppendReply.$Properties|null);

            /** Item preVote. */
            preVote?: (flotilla.peer.Vote.$Properties|null);

            /** Item preVoteReply. */
            preVoteReply?: (flotilla.peer.VoteReply.$Properties|null);

            /** Item vote. */
            vote?: (flotilla.peer.Vote.$Properties|null);

            /** Item voteReply. */
            voteReply?: (flotilla.peer.VoteReply.$Properties|null);

            /** Item reset. */
            reset?: (flotilla.peer.Reset.$Properties|null);

            /** Item snapshot. */
            snapshot?: (flotilla.peer.Snapshot.$Properties|null);

            /** Item snapshotReply. */
            snapshotReply?: (flotilla.peer.SnapshotReply.$Properties|null);

            /** Item timeoutNow. */
            timeoutNow?: (flotilla.peer.TimeoutNow.$Properties|null);

            /** Item request. */
            request?: (flotilla.peer.Request.$Properties|null);

            /** Item response. */
            response?: (flotilla.peer.Response.$Properties|null);

            /** Item identity. */
            identity?: (flotilla.peer.IdentityChange.$Properties|null);

            /** Item hello. */
            hello?: (flotilla.peer.Hello.$Properties|null);

            /** Item helloReply. */
            helloReply?: (flotilla.peer.HelloReply.$Properties|null);

            /** Item kind. */
            kind?: ("append"|"appendReply"|"preVote"|"preVoteReply"|"vote"|"voteReply"|"reset"|"snapshot"|"snapshotReply"|"timeoutNow"|"request"|"response"|"identity"|"hello"|"helloReply");

            /**
             * Encodes the specified Item message. Does not implicitly {@link flotilla.peer.Item.verify|verify} messages.
             * @param message Item message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Item.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Item message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Item & flotilla.peer.Item.$Shape} Item
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Item & flotilla.peer.Item.$Shape;
        }

        namespace Item {

            /** Properties of an Item. */
            interface $Properties {

                /** Item group */
                group?: (string|null);

                /** Item attachment */
                attachment?: (number|null);

                /** Item append */
                append?: (flotilla.peer.Append.$Properties|null);

                /** Item appendReply */
                appendReply?: (flotilla.peer.AppendReply.$Properties|null);

                /** Item preVote */
                preVote?: (flotilla.peer.Vote.$Properties|null);

                /** Item preVoteReply */
                preVoteReply?: (flotilla.peer.VoteReply.$Properties|null);

                /** Item vote */
                vote?: (flotilla.peer.Vote.$Properties|null);

                /** Item voteReply */
                voteReply?: (flotilla.peer.VoteReply.$Properties|null);

                /** Item reset */
                reset?: (flotilla.peer.Reset.$Properties|null);

                /** Item snapshot */
                snapshot?: (flotilla.peer.Snapshot.$Properties|null);

                /** Item snapshotReply */
                snapshotReply?: (flotilla.peer.SnapshotReply.$Properties|null);

                /** Item timeoutNow */
                timeoutNow?: (flotilla.peer.TimeoutNow.$Properties|null);

                /** Item request */
                request?: (flotilla.peer.Request.$Properties|null);

                /** Item response */
                response?: (flotilla.peer.Response.$Properties|null);

                /** Item identity */
                identity?: (flotilla.peer.IdentityChange.$Properties|null);

                /** Item hello */
                hello?: (flotilla.peer.Hello.$Properties|null);

                /** Item helloReply */
                helloReply?: (flotilla.peer.HelloReply.$Properties|null);

                /** Item kind */
                kind?: ("append"|"appendReply"|"preVote"|"preVoteReply"|"vote"|"voteReply"|"reset"|"snapshot"|"snapshotReply"|"timeoutNow"|"request"|"response"|"identity"|"hello"|"helloReply");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Item. */
            type $Shape = {
              group?: string|null;
              attachment?: number|null;
              append?: flotilla.peer.Append.$Shape|null;
              appendReply?: flotilla.peer.AppendReply.$Shape|null;
              preVote?: flotilla.peer.Vote.$Shape|null;
              preVoteReply?: flotilla.peer.VoteReply.$Shape|null;
              vote?: flotilla.peer.Vote.$Shape|null;
              voteReply?: flotilla.peer.VoteReply.$Shape|null;
              reset?: flotilla.peer.Reset.$Shape|null;
              snapshot?: flotilla.peer.Snapshot.$Shape|null;
              snapshotReply?: flotilla.peer.SnapshotReply.$Shape|null;
              timeoutNow?: flotilla.peer.TimeoutNow.$Shape|null;
              request?: flotilla.peer.Request.$Shape|null;
              response?: flotilla.peer.Response.$Shape|null;
              identity?: flotilla.peer.IdentityChange.$Shape|null;
              hello?: flotilla.peer.Hello.$Shape|null;
              helloReply?: flotilla.peer.HelloReply.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ kind?: undefined; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "append"; append: flotilla.peer.Append.$Shape; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "appendReply"; append?: null; appendReply: flotilla.peer.AppendReply.$Shape; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "preVote"; append?: null; appendReply?: null; preVote: flotilla.peer.Vote.$Shape; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "preVoteReply"; append?: null; appendReply?: null; preVote?: null; preVoteReply: flotilla.peer.VoteReply.$Shape; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "vote"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote: flotilla.peer.Vote.$Shape; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "voteReply"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply: flotilla.peer.VoteReply.$Shape; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "reset"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset: flotilla.peer.Reset.$Shape; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "snapshot"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot: flotilla.peer.Snapshot.$Shape; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "snapshotReply"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply: flotilla.peer.SnapshotReply.$Shape; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "timeoutNow"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow: flotilla.peer.TimeoutNow.$Shape; request?: null; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "request"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request: flotilla.peer.Request.$Shape; response?: null; identity?: null; hello?: null; helloReply?: null }|{ kind?: "response"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response: flotilla.peer.Response.$Shape; identity?: null; hello?: null; helloReply?: null }|{ kind?: "identity"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity: flotilla.peer.IdentityChange.$Shape; hello?: null; helloReply?: null }|{ kind?: "hello"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello: flotilla.peer.Hello.$Shape; helloReply?: null }|{ kind?: "helloReply"; append?: null; appendReply?: null; preVote?: null; preVoteReply?: null; vote?: null; voteReply?: null; reset?: null; snapshot?: null; snapshotReply?: null; timeoutNow?: null; request?: null; response?: null; identity?: null; hello?: null; helloReply: flotilla.peer.HelloReply.$Shape })
            );
        }

        /**
         * Properties of a Hello.
         * @deprecated Use flotilla.peer.Hello.$Properties instead.
         */
        interface IHello extends flotilla.peer.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello version. */
            version: number;

            /** Hello sender. */
            sender?: (flotilla.peer.Identity.$Properties|null);

            /** Hello addressed. */
            addressed: number;

            /** Hello lane. */
            lane: number;

            /** Hello host. */
            host: string;

            /** Hello port. */
            port: number;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link flotilla.peer.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Hello & flotilla.peer.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Hello & flotilla.peer.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello version */
                version?: (number|null);

                /** Hello sender */
                sender?: (flotilla.peer.Identity.$Properties|null);

                /** Hello addressed */
                addressed?: (number|null);

                /** Hello lane */
                lane?: (number|null);

                /** Hello host */
                host?: (string|null);

                /** Hello port */
                port?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = flotilla.peer.Hello.$Properties;
        }

        /**
         * Properties of a HelloReply.
         * @deprecated Use flotilla.peer.HelloReply.$Properties instead.
         */
        interface IHelloReply extends flotilla.peer.HelloReply.$Properties {
        }

        /** Represents a HelloReply. */
        class HelloReply {

            /**
             * Constructs a new HelloReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.HelloReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HelloReply version. */
            version: number;

            /** HelloReply sender. */
            sender?: (flotilla.peer.Identity.$Properties|null);

            /** HelloReply refusal. */
            refusal: string;

            /** HelloReply detail. */
            detail: string;

            /**
             * Encodes the specified HelloReply message. Does not implicitly {@link flotilla.peer.HelloReply.verify|verify} messages.
             * @param message HelloReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.HelloReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HelloReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.HelloReply & flotilla.peer.HelloReply.$Shape} HelloReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.HelloReply & flotilla.peer.HelloReply.$Shape;
        }

        namespace HelloReply {

            /** Properties of a HelloReply. */
            interface $Properties {

                /** HelloReply version */
                version?: (number|null);

                /** HelloReply sender */
                sender?: (flotilla.peer.Identity.$Properties|null);

                /** HelloReply refusal */
                refusal?: (string|null);

                /** HelloReply detail */
                detail?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HelloReply. */
            type $Shape = flotilla.peer.HelloReply.$Properties;
        }

        /**
         * Properties of an Identity.
         * @deprecated Use flotilla.peer.Identity.$Properties instead.
         */
        interface IIdentity extends flotilla.peer.Identity.$Properties {
        }

        /** Represents an Identity. */
        class Identity {

            /**
             * Constructs a new Identity.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Identity.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Identity node. */
            node: number;

            /** Identity incarnation. */
            incarnation: string;

            /** Identity directory. */
            directory: string;

            /** Identity clusterId. */
            clusterId: string;

            /** Identity empty. */
            empty: boolean;

            /**
             * Encodes the specified Identity message. Does not implicitly {@link flotilla.peer.Identity.verify|verify} messages.
             * @param message Identity message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Identity.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Identity message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Identity & flotilla.peer.Identity.$Shape} Identity
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Identity & flotilla.peer.Identity.$Shape;
        }

        namespace Identity {

            /** Properties of an Identity. */
            interface $Properties {

                /** Identity node */
                node?: (number|null);

                /** Identity incarnation */
                incarnation?: (string|null);

                /** Identity directory */
                directory?: (string|null);

                /** Identity clusterId */
                clusterId?: (string|null);

                /** Identity empty */
                empty?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Identity. */
            type $Shape = flotilla.peer.Identity.$Properties;
        }

        /**
         * Properties of an IdentityChange.
         * @deprecated Use flotilla.peer.IdentityChange.$Properties instead.
         */
        interface IIdentityChange extends flotilla.peer.IdentityChange.$Properties {
        }

        /** Represents an IdentityChange. */
        class IdentityChange {

            /**
             * Constructs a new IdentityChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.IdentityChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IdentityChange clusterId. */
            clusterId: string;

            /** IdentityChange empty. */
            empty: boolean;

            /** IdentityChange deaf. */
            deaf: boolean;

            /**
             * Encodes the specified IdentityChange message. Does not implicitly {@link flotilla.peer.IdentityChange.verify|verify} messages.
             * @param message IdentityChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.IdentityChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IdentityChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.IdentityChange & flotilla.peer.IdentityChange.$Shape} IdentityChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.IdentityChange & flotilla.peer.IdentityChange.$Shape;
        }

        namespace IdentityChange {

            /** Properties of an IdentityChange. */
            interface $Properties {

                /** IdentityChange clusterId */
                clusterId?: (string|null);

                /** IdentityChange empty */
                empty?: (boolean|null);

                /** IdentityChange deaf */
                deaf?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IdentityChange. */
            type $Shape = flotilla.peer.IdentityChange.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use flotilla.peer.Request.$Properties instead.
         */
        interface IRequest extends flotilla.peer.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request id. */
            id: number;

            /** Request method. */
            method: string;

            /** Request body. */
            body: Uint8Array;

            /**
             * Encodes the specified Request message. Does not implicitly {@link flotilla.peer.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Request & flotilla.peer.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Request & flotilla.peer.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request id */
                id?: (number|null);

                /** Request method */
                method?: (string|null);

                /** Request body */
                body?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Request. */
            type $Shape = flotilla.peer.Request.$Properties;
        }

        /**
         * Properties of a Response.
         * @deprecated Use flotilla.peer.Response.$Properties instead.
         */
        interface IResponse extends flotilla.peer.Response.$Properties {
        }

        /** Represents a Response. */
        class Response {

            /**
             * Constructs a new Response.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Response.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Response id. */
            id: number;

            /** Response failed. */
            failed: boolean;

            /** Response reason. */
            reason: string;

            /** Response body. */
            body: Uint8Array;

            /**
             * Encodes the specified Response message. Does not implicitly {@link flotilla.peer.Response.verify|verify} messages.
             * @param message Response message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Response.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Response message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Response & flotilla.peer.Response.$Shape} Response
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Response & flotilla.peer.Response.$Shape;
        }

        namespace Response {

            /** Properties of a Response. */
            interface $Properties {

                /** Response id */
                id?: (number|null);

                /** Response failed */
                failed?: (boolean|null);

                /** Response reason */
                reason?: (string|null);

                /** Response body */
                body?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Response. */
            type $Shape = flotilla.peer.Response.$Properties;
        }

        /**
         * Properties of a Voter.
         * @deprecated Use flotilla.peer.Voter.$Properties instead.
         */
        interface IVoter extends flotilla.peer.Voter.$Properties {
        }

        /** Represents a Voter. */
        class Voter {

            /**
             * Constructs a new Voter.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Voter.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Voter node. */
            node: number;

            /** Voter directory. */
            directory: string;

            /**
             * Encodes the specified Voter message. Does not implicitly {@link flotilla.peer.Voter.verify|verify} messages.
             * @param message Voter message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Voter.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Voter message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Voter & flotilla.peer.Voter.$Shape} Voter
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Voter & flotilla.peer.Voter.$Shape;
        }

        namespace Voter {

            /** Properties of a Voter. */
            interface $Properties {

                /** Voter node */
                node?: (number|null);

                /** Voter directory */
                directory?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Voter. */
            type $Shape = flotilla.peer.Voter.$Properties;
        }

        /**
         * Properties of a LogPosition.
         * @deprecated Use flotilla.peer.LogPosition.$Properties instead.
         */
        interface ILogPosition extends flotilla.peer.LogPosition.$Properties {
        }

        /** Represents a LogPosition. */
        class LogPosition {

            /**
             * Constructs a new LogPosition.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.LogPosition.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogPosition end. */
            end: number;

            /** LogPosition term. */
            term: number;

            /**
             * Encodes the specified LogPosition message. Does not implicitly {@link flotilla.peer.LogPosition.verify|verify} messages.
             * @param message LogPosition message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.LogPosition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogPosition message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.LogPosition & flotilla.peer.LogPosition.$Shape} LogPosition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.LogPosition & flotilla.peer.LogPosition.$Shape;
        }

        namespace LogPosition {

            /** Properties of a LogPosition. */
            interface $Properties {

                /** LogPosition end */
                end?: (number|null);

                /** LogPosition term */
                term?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogPosition. */
            type $Shape = flotilla.peer.LogPosition.$Properties;
        }

        /**
         * Properties of a Vote.
         * @deprecated Use flotilla.peer.Vote.$Properties instead.
         */
        interface IVote extends flotilla.peer.Vote.$Properties {
        }

        /** Represents a Vote. */
        class Vote {

            /**
             * Constructs a new Vote.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Vote.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Vote term. */
            term: number;

            /** Vote candidate. */
            candidate?: (flotilla.peer.Voter.$Properties|null);

            /** Vote log. */
            log?: (flotilla.peer.LogPosition.$Properties|null);

            /** Vote transfer. */
            transfer: boolean;

            /**
             * Encodes the specified Vote message. Does not implicitly {@link flotilla.peer.Vote.verify|verify} messages.
             * @param message Vote message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Vote.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Vote message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Vote & flotilla.peer.Vote.$Shape} Vote
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Vote & flotilla.peer.Vote.$Shape;
        }

        namespace Vote {

            /** Properties of a Vote. */
            interface $Properties {

                /** Vote term */
                term?: (number|null);

                /** Vote candidate */
                candidate?: (flotilla.peer.Voter.$Properties|null);

                /** Vote log */
                log?: (flotilla.peer.LogPosition.$Properties|null);

                /** Vote transfer */
                transfer?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Vote. */
            type $Shape = flotilla.peer.Vote.$Properties;
        }

        /**
         * Properties of a VoteReply.
         * @deprecated Use flotilla.peer.VoteReply.$Properties instead.
         */
        interface IVoteReply extends flotilla.peer.VoteReply.$Properties {
        }

        /** Represents a VoteReply. */
        class VoteReply {

            /**
             * Constructs a new VoteReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.VoteReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VoteReply term. */
            term: number;

            /** VoteReply granted. */
            granted: boolean;

            /**
             * Encodes the specified VoteReply message. Does not implicitly {@link flotilla.peer.VoteReply.verify|verify} messages.
             * @param message VoteReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.VoteReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VoteReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.VoteReply & flotilla.peer.VoteReply.$Shape} VoteReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.VoteReply & flotilla.peer.VoteReply.$Shape;
        }

        namespace VoteReply {

            /** Properties of a VoteReply. */
            interface $Properties {

                /** VoteReply term */
                term?: (number|null);

                /** VoteReply granted */
                granted?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VoteReply. */
            type $Shape = flotilla.peer.VoteReply.$Properties;
        }

        /**
         * Properties of a Batch.
         * @deprecated Use flotilla.peer.Batch.$Properties instead.
         */
        interface IBatch extends flotilla.peer.Batch.$Properties {
        }

        /** Represents a Batch. */
        class Batch {

            /**
             * Constructs a new Batch.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Batch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Batch base. */
            base: number;

            /** Batch end. */
            end: number;

            /** Batch term. */
            term: number;

            /** Batch bytes. */
            bytes: number;

            /**
             * Encodes the specified Batch message. Does not implicitly {@link flotilla.peer.Batch.verify|verify} messages.
             * @param message Batch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Batch & flotilla.peer.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Batch & flotilla.peer.Batch.$Shape;
        }

        namespace Batch {

            /** Properties of a Batch. */
            interface $Properties {

                /** Batch base */
                base?: (number|null);

                /** Batch end */
                end?: (number|null);

                /** Batch term */
                term?: (number|null);

                /** Batch bytes */
                bytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Batch. */
            type $Shape = flotilla.peer.Batch.$Properties;
        }

        /**
         * Properties of an Append.
         * @deprecated Use flotilla.peer.Append.$Properties instead.
         */
        interface IAppend extends flotilla.peer.Append.$Properties {
        }

        /** Represents an Append. */
        class Append {

            /**
             * Constructs a new Append.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Append.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Append term. */
            term: number;

            /** Append progressId. */
            progressId: number;

            /** Append prevOffset. */
            prevOffset: number;

            /** Append prevTerm. */
            prevTerm: number;

            /** Append termStart. */
            termStart: number;

            /** Append highWatermark. */
            highWatermark: number;

            /** Append logStart. */
            logStart: number;

            /** Append round. */
            round: number;

            /** Append batches. */
            batches: flotilla.peer.Batch.$Properties[];

            /**
             * Encodes the specified Append message. Does not implicitly {@link flotilla.peer.Append.verify|verify} messages.
             * @param message Append message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Append.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Append message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Append & flotilla.peer.Append.$Shape} Append
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Append & flotilla.peer.Append.$Shape;
        }

        namespace Append {

            /** Properties of an Append. */
            interface $Properties {

                /** Append term */
                term?: (number|null);

                /** Append progressId */
                progressId?: (number|null);

                /** Append prevOffset */
                prevOffset?: (number|null);

                /** Append prevTerm */
                prevTerm?: (number|null);

                /** Append termStart */
                termStart?: (number|null);

                /** Append highWatermark */
                highWatermark?: (number|null);

                /** Append logStart */
                logStart?: (number|null);

                /** Append round */
                round?: (number|null);

                /** Append batches */
                batches?: (flotilla.peer.Batch.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Append. */
            type $Shape = flotilla.peer.Append.$Properties;
        }

        /**
         * Properties of an AppendReply.
         * @deprecated Use flotilla.peer.AppendReply.$Properties instead.
         */
        interface IAppendReply extends flotilla.peer.AppendReply.$Properties {
        }

        /** Represents an AppendReply. */
        class AppendReply {

            /**
             * Constructs a new AppendReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.AppendReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AppendReply term. */
            term: number;

            /** AppendReply progressId. */
            progressId: number;

            /** AppendReply round. */
            round: number;

            /** AppendReply outcome. */
            outcome: number;

            /** AppendReply verifiedEnd. */
            verifiedEnd: number;

            /** AppendReply hint. */
            hint?: (flotilla.peer.LogPosition.$Properties|null);

            /** AppendReply logEnd. */
            logEnd: number;

            /** AppendReply logStart. */
            logStart: number;

            /**
             * Encodes the specified AppendReply message. Does not implicitly {@link flotilla.peer.AppendReply.verify|verify} messages.
             * @param message AppendReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.AppendReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AppendReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.AppendReply & flotilla.peer.AppendReply.$Shape} AppendReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.AppendReply & flotilla.peer.AppendReply.$Shape;
        }

        namespace AppendReply {

            /** Properties of an AppendReply. */
            interface $Properties {

                /** AppendReply term */
                term?: (number|null);

                /** AppendReply progressId */
                progressId?: (number|null);

                /** AppendReply round */
                round?: (number|null);

                /** AppendReply outcome */
                outcome?: (number|null);

                /** AppendReply verifiedEnd */
                verifiedEnd?: (number|null);

                /** AppendReply hint */
                hint?: (flotilla.peer.LogPosition.$Properties|null);

                /** AppendReply logEnd */
                logEnd?: (number|null);

                /** AppendReply logStart */
                logStart?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AppendReply. */
            type $Shape = flotilla.peer.AppendReply.$Properties;
        }

        /**
         * Properties of a Reset.
         * @deprecated Use flotilla.peer.Reset.$Properties instead.
         */
        interface IReset extends flotilla.peer.Reset.$Properties {
        }

        /** Represents a Reset. */
        class Reset {

            /**
             * Constructs a new Reset.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Reset.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Reset term. */
            term: number;

            /** Reset progressId. */
            progressId: number;

            /** Reset start. */
            start?: (flotilla.peer.LogPosition.$Properties|null);

            /** Reset termStart. */
            termStart: number;

            /** Reset highWatermark. */
            highWatermark: number;

            /**
             * Encodes the specified Reset message. Does not implicitly {@link flotilla.peer.Reset.verify|verify} messages.
             * @param message Reset message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Reset.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Reset message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Reset & flotilla.peer.Reset.$Shape} Reset
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Reset & flotilla.peer.Reset.$Shape;
        }

        namespace Reset {

            /** Properties of a Reset. */
            interface $Properties {

                /** Reset term */
                term?: (number|null);

                /** Reset progressId */
                progressId?: (number|null);

                /** Reset start */
                start?: (flotilla.peer.LogPosition.$Properties|null);

                /** Reset termStart */
                termStart?: (number|null);

                /** Reset highWatermark */
                highWatermark?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Reset. */
            type $Shape = flotilla.peer.Reset.$Properties;
        }

        /**
         * Properties of a Snapshot.
         * @deprecated Use flotilla.peer.Snapshot.$Properties instead.
         */
        interface ISnapshot extends flotilla.peer.Snapshot.$Properties {
        }

        /** Represents a Snapshot. */
        class Snapshot {

            /**
             * Constructs a new Snapshot.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.Snapshot.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Snapshot term. */
            term: number;

            /** Snapshot progressId. */
            progressId: number;

            /** Snapshot last. */
            last?: (flotilla.peer.LogPosition.$Properties|null);

            /** Snapshot voters. */
            voters: flotilla.peer.Voter.$Properties[];

            /** Snapshot snapshotBytes. */
            snapshotBytes: number;

            /** Snapshot position. */
            position: number;

            /** Snapshot bytes. */
            bytes: number;

            /**
             * Encodes the specified Snapshot message. Does not implicitly {@link flotilla.peer.Snapshot.verify|verify} messages.
             * @param message Snapshot message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.Snapshot.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Snapshot message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.Snapshot & flotilla.peer.Snapshot.$Shape} Snapshot
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.Snapshot & flotilla.peer.Snapshot.$Shape;
        }

        namespace Snapshot {

            /** Properties of a Snapshot. */
            interface $Properties {

                /** Snapshot term */
                term?: (number|null);

                /** Snapshot progressId */
                progressId?: (number|null);

                /** Snapshot last */
                last?: (flotilla.peer.LogPosition.$Properties|null);

                /** Snapshot voters */
                voters?: (flotilla.peer.Voter.$Properties[]|null);

                /** Snapshot snapshotBytes */
                snapshotBytes?: (number|null);

                /** Snapshot position */
                position?: (number|null);

                /** Snapshot bytes */
                bytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Snapshot. */
            type $Shape = flotilla.peer.Snapshot.$Properties;
        }

        /**
         * Properties of a SnapshotReply.
         * @deprecated Use flotilla.peer.SnapshotReply.$Properties instead.
         */
        interface ISnapshotReply extends flotilla.peer.SnapshotReply.$Properties {
        }

        /** Represents a SnapshotReply. */
        class SnapshotReply {

            /**
             * Constructs a new SnapshotReply.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.SnapshotReply.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SnapshotReply term. */
            term: number;

            /** SnapshotReply progressId. */
            progressId: number;

            /** SnapshotReply position. */
            position: number;

            /**
             * Encodes the specified SnapshotReply message. Does not implicitly {@link flotilla.peer.SnapshotReply.verify|verify} messages.
             * @param message SnapshotReply message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.SnapshotReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SnapshotReply message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.SnapshotReply & flotilla.peer.SnapshotReply.$Shape} SnapshotReply
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.SnapshotReply & flotilla.peer.SnapshotReply.$Shape;
        }

        namespace SnapshotReply {

            /** Properties of a SnapshotReply. */
            interface $Properties {

                /** SnapshotReply term */
                term?: (number|null);

                /** SnapshotReply progressId */
                progressId?: (number|null);

                /** SnapshotReply position */
                position?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SnapshotReply. */
            type $Shape = flotilla.peer.SnapshotReply.$Properties;
        }

        /**
         * Properties of a TimeoutNow.
         * @deprecated Use flotilla.peer.TimeoutNow.$Properties instead.
         */
        interface ITimeoutNow extends flotilla.peer.TimeoutNow.$Properties {
        }

        /** Represents a TimeoutNow. */
        class TimeoutNow {

            /**
             * Constructs a new TimeoutNow.
             * @param [properties] Properties to set
             */
            constructor(properties?: flotilla.peer.TimeoutNow.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TimeoutNow term. */
            term: number;

            /**
             * Encodes the specified TimeoutNow message. Does not implicitly {@link flotilla.peer.TimeoutNow.verify|verify} messages.
             * @param message TimeoutNow message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: flotilla.peer.TimeoutNow.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TimeoutNow message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {flotilla.peer.TimeoutNow & flotilla.peer.TimeoutNow.$Shape} TimeoutNow
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): flotilla.peer.TimeoutNow & flotilla.peer.TimeoutNow.$Shape;
        }

        namespace TimeoutNow {

            /** Properties of a TimeoutNow. */
            interface $Properties {

                /** TimeoutNow term */
                term?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TimeoutNow. */
            type $Shape = flotilla.peer.TimeoutNow.$Properties;
        }
    }
}
