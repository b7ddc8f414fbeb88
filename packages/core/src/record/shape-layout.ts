import { DormouseError, messageOf, shown } from '../errors.js';
import { data } from '../layout/data-field.js';
import { bigint64, bool, type Field, f32, f64, i8, i16, i32, text, u8, u16, u32 } from '../layout/field.js';
import { layOut, type StateLayout } from '../layout/state-layout.js';
import { hasSameFields, type Shape, type ShapeField, shapeOf } from './shape.js';

const NUMBERS = { f32, f64, i8, u8, i16, u16, i32, u32 };

/**
 * The layout of a stored shape's state, by which its records can be read; initial values and codecs are not known. Throws `ERR_RECORD_SHAPE` for a list that is not
 * the fields of any behaviour, naming what is wrong with it.
 */
export function layoutOf(shape: Shape): StateLayout {
  checkShape(shape);
  let layout: StateLayout;
  try {
    layout = layOut(Object.fromEntries(shape.fields.map((field) => [field.name, fieldOf(field)])));
  } catch (cause) {
    throw invalid(shape, messageOf(cause), cause);
  }
  const again = shapeOf({ ...shape, layout });
  if (hasSameFields(shape, again)) return layout;
  // A member that fields of this kind have not, a name that stands twice, another order.
  const index = shape.fields.findIndex(
    (field, at) => !hasSameFields({ ...shape, fields: [field] }, { ...shape, fields: again.fields.slice(at, at + 1) }),
  );
  throw invalid(shape, `field ${index} (${shown(shape.fields[index].name)}) is none, or is not in its place`);
}

/** Whether parsed JSON has the form of a shape. What its fields are, {@link layoutOf} looks at. Throws `ERR_RECORD_SHAPE`. */
export function checkShape(value: unknown): asserts value is Shape {
  const { name, version, fields } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Shape>;
  const isShape = typeof name === 'string' && Number.isInteger(version) && Array.isArray(fields);
  if (!isShape) throw new DormouseError('ERR_RECORD_SHAPE', `a shape must have name, version and fields: got ${shown(value)}`);
  for (const [index, field] of fields.entries()) {
    const isField = typeof field === 'object' && field !== null && typeof field.name === 'string' && typeof field.kind === 'string';
    if (!isField) throw invalid({ name, version: version as number }, `field ${index} must have name and kind: got ${shown(field)}`);
  }
}

function fieldOf({ name, kind, element, length, hot, published, maxBytes }: ShapeField): Field {
  const options = { ...(length === undefined ? {} : { length }), hot: hot ?? false, published: published ?? false };
  switch (kind) {
    case 'number':
      if (Object.hasOwn(NUMBERS, element)) return (NUMBERS[element as keyof typeof NUMBERS] as (options: object) => Field)(options);
      break;
    case 'bigint':
      return (bigint64 as (options: object) => Field)(options);
    case 'bool':
      return (bool as (options: object) => Field)(options);
    case 'text':
      return text(length as number, { published: options.published } as { published: true });
    case 'data':
      return data({ maxBytes: maxBytes as number });
  }
  throw new DormouseError('ERR_FIELD_INVALID', `state.${name} must be a field of a known kind: got ${shown(kind)} of ${shown(element)}`);
}

function invalid({ name, version }: Pick<Shape, 'name' | 'version'>, why: string, cause?: unknown): DormouseError {
  return new DormouseError(
    'ERR_RECORD_SHAPE',
    `the stored fields of behaviour ${shown(name)}, version ${version}, are no list of fields: ${why}`,
    cause === undefined ? {} : { cause },
  );
}
