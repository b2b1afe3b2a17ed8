// Marks large constants that a traced function may create in JavaScript, because they depend on shapes only.

const shapeConstants = new WeakSet<ArrayBufferView>();

/** Marks values as equal in every replay. They must not be changed afterwards. */
export function asShapeConstant<Values extends ArrayBufferView>(values: Values): Values {
  shapeConstants.add(values);
  return values;
}

export function isShapeConstant(values: ArrayBufferView | ArrayLike<number>): boolean {
  return ArrayBuffer.isView(values) && shapeConstants.has(values);
}
