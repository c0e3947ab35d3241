import pg from 'pg'

/** Deliveries that are committed, as another connection sees them. */
export async function countDeliveries(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ rows: string }>('select count(*) as rows from webhook_deliveries')
  await client.end()
  return Number(rows[0]?.rows)
}
