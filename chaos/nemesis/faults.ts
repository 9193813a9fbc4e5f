/**
 * The faults that a campaign draws from. Each looks at the cluster, decides what to do, and what ends it; the heal at the end of a
 * campaign undoes the rest. What they are made of is in `harm.ts`, how much they may harm in `budget.ts`.
 *
 * To add one: a function in the file of its family; its name is then known to `--faults`, and drawn by the profiles that take the
 * family (`profiles.ts`).
 */
import { CLOCK_FAULTS } from './clock-faults.ts';
import { DAMAGE_FAULTS } from './damage-faults.ts';
import { DECEIT_FAULTS } from './deceit-faults.ts';
import { DISK_FAULTS } from './disk-faults.ts';
import type { FaultContext } from './harm.ts';
import { IN_SYNC_RECIPES } from './in-sync-recipes.ts';
import { LIFE_FAULTS } from './life-faults.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';
import { RECIPES } from './recipes.ts';

export const FAMILIES = {
  recipes: { ...RECIPES, ...IN_SYNC_RECIPES },
  process: PROCESS_FAULTS,
  life: LIFE_FAULTS,
  network: NETWORK_FAULTS,
  disk: DISK_FAULTS,
  damage: DAMAGE_FAULTS,
  deceit: DECEIT_FAULTS,
  clock: CLOCK_FAULTS,
} as const;

type Families = typeof FAMILIES;
export type FamilyName = keyof Families;
export type FaultName = { [Family in FamilyName]: keyof Families[Family] }[FamilyName];

export const FAULTS: Readonly<Record<FaultName, (context: FaultContext) => void>> = {
  ...RECIPES,
  ...IN_SYNC_RECIPES,
  ...PROCESS_FAULTS,
  ...LIFE_FAULTS,
  ...NETWORK_FAULTS,
  ...DISK_FAULTS,
  ...DAMAGE_FAULTS,
  ...DECEIT_FAULTS,
  ...CLOCK_FAULTS,
};

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

export function namesOf(family: FamilyName): readonly FaultName[] {
  return Object.keys(FAMILIES[family]) as readonly FaultName[];
}
