/** All commands of the scripts, by name. */
import type { Session } from '../session.ts';
import { assign } from './assign.ts';
import { bootstrap } from './bootstrap.ts';
import { campaign } from './campaign.ts';
import { cluster } from './cluster.ts';
import { crash } from './crash.ts';
import { cut } from './cut.ts';
import { deliver } from './deliver.ts';
import { drop } from './drop.ts';
import { flush } from './flush.ts';
import { heal } from './heal.ts';
import { isolate } from './isolate.ts';
import { log } from './log.ts';
import { logs } from './logs.ts';
import { propose } from './propose.ts';
import { read } from './read.ts';
import { reconnect } from './reconnect.ts';
import { resign } from './resign.ts';
import { restart } from './restart.ts';
import { snapshot } from './snapshot.ts';
import { stabilize } from './stabilize.ts';
import { status } from './status.ts';
import { suspect } from './suspect.ts';
import { time } from './time.ts';
import { transfer } from './transfer.ts';
import { trim } from './trim.ts';
import { voters } from './voters.ts';

export type Command = (session: Session, args: readonly string[]) => void;

export const commands: Readonly<Record<string, Command>> = {
  assign,
  bootstrap,
  campaign,
  cluster,
  crash,
  cut,
  deliver,
  drop,
  flush,
  heal,
  isolate,
  log,
  logs,
  propose,
  read,
  reconnect,
  resign,
  restart,
  snapshot,
  stabilize,
  status,
  suspect,
  time,
  transfer,
  trim,
  voters,
};
