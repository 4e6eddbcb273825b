export { loadPack } from "./lexicon.ts";
export { recogniseTable } from "./recognise/table.ts";
export { standardiseCustomer } from "./standardise/customer.ts";
