import { h } from "./dom.js";
export const addForm = () => h("div");
