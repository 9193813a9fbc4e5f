/**
 * The `LogSink` port: where log lines go (winston in the real node, the trace in the simulator).
 */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Values that a log line may carry; nothing that came from outside is put into `message`, only into fields, so it can be escaped. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface LogSink {
  log(level: LogLevel, message: string, fields?: LogFields): void;
  /** A sink that adds `fields` to each line. */
  child(fields: LogFields): LogSink;
}
