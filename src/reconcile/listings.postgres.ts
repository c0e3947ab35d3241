import type { RepositoryName } from '../github/github.ts'
import { statement, type Database } from '../postgres/database.ts'
import type { KnownPullRequest, Listing, Listings } from './listings.ts'

const learnInstallations = statement<never>(
  'listings-learn-installations',
  `insert into served_installations (id)
   select id from installations
   union
   select installation_id from pull_requests where installation_id is not null
   on conflict (id) do nothing`,
)

/**
 * A repository is served since the first delivery about it, or since we saw it among those of its installation. Old pull
 * requests may name one that is gone, so which it is now GitHub says where it lists its repositories.
 */
const learnRepositories = statement<never>(
  'listings-learn-repositories',
  `insert into served_repositories as served (repo_full_name, installation_id, served_since)
   select repo_full_name, (array_agg(installation_id order by updated_at desc))[1], min(created_at)
   from pull_requests group by repo_full_name
   on conflict (repo_full_name) do update
   set installation_id = coalesce(served.installation_id, excluded.installation_id),
     served_since = least(excluded.served_since, served.served_since)
   where (served.installation_id is null and excluded.installation_id is not null)
     or excluded.served_since < served.served_since`,
)

const serveRepositories = statement<never>(
  'listings-serve-repositories',
  `insert into served_repositories (repo_full_name, installation_id, served_since)
   select name, $1::bigint, now() from unnest($2::text[]) as name order by name
   on conflict (repo_full_name) do update set installation_id = excluded.installation_id`,
)

interface ListingRow {
  readonly repo_full_name: string | null
  readonly installation_id: number | null
  readonly served_since: Date | null
  readonly next_page: number
}

/**
 * Of those that wait equally long installations come first: they may bring repositories. What was opened while the App
 * was away is not owed: nobody is served before the installation came, or came back.
 */
const selectNext = statement<ListingRow>(
  'listings-select-next',
  `select repo_full_name, installation_id, greatest(served_since, active_since) as served_since, next_page
   from (
     select null as repo_full_name, id as installation_id, null::timestamptz as served_since, next_page, next_at
     from served_installations
     union all
     select repo_full_name, installation_id, served_since, next_page, next_at from served_repositories
   ) as listing
   left join installations as known on known.id = installation_id
   where (next_at <= $1 or next_at > $2) and coalesce(known.state, 'active') = 'active'
     and not exists (select from unnest($3::bigint[]) as over (id) where over.id is not distinct from installation_id)
   order by next_at, repo_full_name nulls first limit 1`,
)

const keepInstallation = statement<never>(
  'listings-keep-installation',
  'update served_installations set next_page = $2, next_at = $3 where id = $1',
)

const keepRepository = statement<never>(
  'listings-keep-repository',
  'update served_repositories set next_page = $2, next_at = $3 where repo_full_name = $1',
)

const selectKnown = statement<KnownPullRequest>(
  'listings-select-known',
  `select pr_number as number, state, draft, locked, labels, head_commit as head, base_branch as "baseBranch",
     github_updated_at as "updatedAt", exists (
       select from review_runs as run where run.pull_request_id = known.id and run.head_commit = known.head_commit
         and run.base_branch = known.base_branch and run.ended_at is null) as "isOwed"
   from pull_requests as known where repo_full_name = $1 and pr_number = any($2::integer[])`,
)

export function openListings(database: Database): Listings {
  return {
    learn: async () => {
      await database.run(learnInstallations)
      await database.run(learnRepositories)
    },

    serve: async (installationId, repositories) => {
      if (repositories.length > 0)
        await database.run(serveRepositories, installationId, [...new Set(repositories)])
    },

    next: async (now, latest, passedOver) => {
      const ids = passedOver.map((id) => id ?? null)
      const [row] = await database.run(selectNext, now, latest, ids)
      return row && listingOf(row)
    },

    goOn: async (listing, { page, at }) => {
      if (listing.kind === 'repositories')
        await database.run(keepInstallation, listing.installationId, page, at)
      else await database.run(keepRepository, listing.repository, page, at)
    },

    known: (repository, numbers) => database.run(selectKnown, repository, numbers),
  }
}

function listingOf({ repo_full_name: name, installation_id: id, ...row }: ListingRow): Listing {
  const { served_since: servedSince, next_page: page } = row
  if (name === null || servedSince === null) return { kind: 'repositories', installationId: id ?? 0, page }
  return {
    kind: 'pull-requests',
    repository: name as RepositoryName, // checked when it was told
    ...(id !== null && { installationId: id }),
    servedSince,
    page,
  }
}
