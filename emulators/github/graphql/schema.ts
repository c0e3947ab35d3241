import { buildSchema } from 'graphql'

/** GitHub's published schema (@octokit/graphql-schema 15.26.1), cut down to what the emulator answers, without prose. */
export const schema = buildSchema(`
  type Query {
    repository(followRenames: Boolean = true, name: String!, owner: String!): Repository
  }

  type Repository {
    object(expression: String, oid: GitObjectID): GitObject
  }

  interface GitObject {
    oid: GitObjectID!
  }

  type Blob implements GitObject {
    byteSize: Int!
    isBinary: Boolean
    isTruncated: Boolean!
    oid: GitObjectID!
    text: String
  }

  type Commit implements GitObject {
    file(path: String!): TreeEntry
    oid: GitObjectID!
  }

  type Tag implements GitObject {
    oid: GitObjectID!
  }

  type Tree implements GitObject {
    oid: GitObjectID!
  }

  type TreeEntry {
    mode: Int!
    name: String!
    object: GitObject
    oid: GitObjectID!
    path: String
    size: Int!
    type: String!
  }

  scalar GitObjectID
`)
