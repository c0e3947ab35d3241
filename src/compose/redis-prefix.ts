/** Keeps our keys apart from others' on the same Redis. */
export const REDIS_PREFIX = 'lorgnette'
