import type { AnyBehavior } from '../behavior.js';
import type { DataField } from '../layout/data-field.js';
import type { ElementType, Field } from '../layout/field.js';

/** A field by all that decides how its values stand in a record. Not its initial value. */
export interface ShapeField {
  readonly name: string;
  readonly kind: Field['kind'];
  readonly element: ElementType;
  /** Elements of an array, most bytes of a text; not given: a single value. */
  readonly length?: number;
  readonly hot?: true;
  readonly published?: true;
  /** Of a data field. Its codec is not told: whoever changes that raises the behaviour's version. */
  readonly maxBytes?: number;
}

/**
 * What a behaviour's records look like: kept beside them by whoever keeps them longer than a manager lives (record/README.md). Plain JSON.
 * The fields stand in the order of the layout's columns, so that laying them out again gives the same columns.
 */
export interface Shape {
  /** Of the behaviour. */
  readonly name: string;
  readonly version: number;
  readonly fields: readonly ShapeField[];
}

/** The shape of a behaviour's records. */
export function shapeOf({ name, version, layout }: Pick<AnyBehavior, 'name' | 'version' | 'layout'>): Shape {
  return { name, version, fields: layout.columns.map(({ name: field, field: type }) => fieldShape(field, type)) };
}

/** Whether records of the one can be read as the other: behaviour, version and all fields are the same. */
export function isSameShape(a: Shape, b: Shape): boolean {
  return a.name === b.name && a.version === b.version && hasSameFields(a, b);
}

/** Whether all fields are the same, in the same order. */
export function hasSameFields({ fields: a }: Shape, { fields: b }: Shape): boolean {
  return a.length === b.length && a.every((field, index) => isSameField(field, b[index]));
}

const MEMBERS = ['name', 'kind', 'element', 'length', 'hot', 'published', 'maxBytes'] as const satisfies (keyof ShapeField)[];

function isSameField(a: ShapeField, b: ShapeField): boolean {
  return MEMBERS.every((member) => a[member] === b[member]);
}

function fieldShape(name: string, field: Field): ShapeField {
  const { kind, element, length, hot, published } = field;
  return {
    name,
    kind,
    element,
    ...(length === undefined ? {} : { length }),
    ...(hot ? { hot } : {}),
    ...(published ? { published } : {}),
    ...(kind === 'data' ? { maxBytes: (field as DataField).maxBytes } : {}),
  };
}
