import pg from 'pg'

/** OID of int8. GitHub's ids and our counts lie far below 2^53. */
const INT8 = 20

/** What turns PostgreSQL's text form of a type into a value: the same for both adapters, so that rows are the same. */
export function valueParser(typeOid: number): (text: string) => unknown {
  if (typeOid === INT8) return Number
  return pg.types.getTypeParser(typeOid, 'text') as (text: string) => unknown // published as `any`
}
