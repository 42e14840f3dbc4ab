export function listenToDrops() {}
