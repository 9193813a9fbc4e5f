// Generated from proto/peer.proto by `npm run proto`. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace flotilla. */
export namespace flotilla {

    /** Namespace peer. */
    namespace peer {

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

            /** Hello clusterId. */
            clusterId: string;

            /** Hello nodeId. */
            nodeId: number;

            /** Hello incarnation. */
            incarnation: string;

            /** Hello sentAt. */
            sentAt: number;

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

                /** Hello clusterId */
                clusterId?: (string|null);

                /** Hello nodeId */
                nodeId?: (number|null);

                /** Hello incarnation */
                incarnation?: (string|null);

                /** Hello sentAt */
                sentAt?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = flotilla.peer.Hello.$Properties;
        }
    }
}
