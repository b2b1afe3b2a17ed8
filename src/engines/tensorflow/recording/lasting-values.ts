// Large constants that a recorded function may make in JavaScript, because they depend on shapes alone: every replay means the same.

const lasting = new WeakSet<ArrayBufferView>();

/** Marks values as the same in every replay. They must not be changed afterwards. */
export function asLasting<Values extends ArrayBufferView>(values: Values): Values {
  lasting.add(values);
  return values;
}

export function areLasting(values: ArrayBufferView | ArrayLike<number>): boolean {
  return ArrayBuffer.isView(values) && lasting.has(values);
}
