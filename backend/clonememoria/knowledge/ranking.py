"""The one statement that finds passages: exact vectors, BM25, and the fusion of their ranks.

BM25 is computed from the lexemes of the clone at hand, without an index: up to 10,000 chunks a
scan of the narrow table is as fast as GIN (16 ms), it works under row security, where `@@` may
not be an index condition, and it costs an insert nothing. docs/adr/0007-hybrid-retrieval.md.
"""

from typing import Final

from sqlalchemy import ARRAY, REAL, Boolean, Integer, Text, Uuid, bindparam, text

# `hidden` are the builds that still grow, or wait to be removed; mostly there is none.
# `readable` narrows to what this reader may see of the clone, and to the sources they named.
# The dense side is empty where the space asked in serves no more: a switch is between, or before.
# Where it is a tier's, that is no condition: there the provider of what serves did not answer.
# Constants, in the order of their appearance:
#   "offset 0" fences the planner: distances are computed once and exactly, without any approximate
#   index, and chunks are read once, not once for each term.
#   ts_rank of one lexeme that occurs tf times is .0607927 * sum(1/j² for j <= tf). The sum goes to
#   pi²/6 = 1.6449341, and what it lacks is close to 1/(tf + .5): so tf comes back within .05.
#   k1 = .9, b = .4: Trotman, Puurula, Burgess 2014, ADCS; the values of Anserini.
#   60: Cormack, Clarke, Büttcher 2009, SIGIR.
SEARCH: Final = text("""
with readable as (
    select c.id as chunk_id
    from chunks c join documents d on d.id = c.document_id
    where c.clone_id = :clone_id
      and (cast(:sources as uuid[]) is null or d.id = any(:sources))
      and (:is_owner or d.visibility = 'public')
),
hidden as materialized (
    select coalesce(array_agg(id), '{}') as builds from hidden_builds where clone_id = :clone_id
),
question as materialized (
    select cast(cast(:vector as real[]) as halfvec) as vector
),
distances as (
    select chunk_id, embedding <=> (select vector from question) as distance
    from chunk_embeddings
    where clone_id = :clone_id and :mode <> 'lexical'
      and build_id <> all((select builds from hidden)\\:\\:bigint[])
      and space_id = (
          select s.id from embedding_spaces s
          join clones on :is_tier or (serving_provider = s.provider and serving_model = s.model)
          where clones.id = :clone_id
            and provider = :provider and model = :model and dimensions = :dimensions
      )
      and (:sees_all or chunk_id in (select chunk_id from readable))
    offset 0
),
dense as (
    select chunk_id, 1 - distance as score, row_number() over (order by distance, chunk_id) as rank
    from (select * from distances order by distance, chunk_id limit :candidates) nearest
),
terms as materialized (
    select lexeme, cast(quote_literal(lexeme) as tsquery) as query,
           row_number() over (order by length(lexeme) desc, lexeme) as term
    from unnest(to_tsvector('english', :words))
    where :mode <> 'dense'
    order by term
    limit :max_terms
),
collection as materialized (
    select cast(count(*) as double precision) as chunks,
           cast(avg(length) as double precision) as average_length
    from chunk_lexemes
    where clone_id = :clone_id and :mode <> 'dense'
      and build_id <> all((select builds from hidden)\\:\\:bigint[])
),
occurrences as materialized (
    select chunk_id, term, tf / (tf + .9 * (.6 + .4 * relative_length)) as saturation
    from (
        select chunk_id, term,
               1 / (1.6449341 - ts_rank(lexemes, query) / .0607927) - .5 as tf,
               length / (select average_length from collection) as relative_length
        from chunk_lexemes
        cross join lateral (select * from terms where lexemes @@ query offset 0) matching
        where clone_id = :clone_id and :mode <> 'dense'
          and build_id <> all((select builds from hidden)\\:\\:bigint[])
          and lexemes @@ (select cast(string_agg(quote_literal(lexeme), '|') as tsquery) from terms)
          and (:sees_all or chunk_id in (select chunk_id from readable))
        offset 0
    ) matches
),
weights as materialized (
    select term, ln(1 + (chunks - df + .5) / (df + .5)) as idf
    from (
        select term, cast(count(*) as double precision) as df from occurrences group by term
    ) frequencies cross join collection
),
lexical as (
    select chunk_id, score, row_number() over (order by score desc, chunk_id) as rank
    from (
        select chunk_id, sum(idf * saturation) as score
        from occurrences join weights using (term)
        group by chunk_id order by score desc, chunk_id limit :candidates
    ) scored
),
found as materialized (
    select chunk_id,
           case :mode
               when 'dense' then dense.score
               when 'lexical' then lexical.score
               else coalesce(1 / (60.0 + dense.rank), 0) + coalesce(1 / (60.0 + lexical.rank), 0)
           end as score,
           dense.rank as dense_rank, dense.score as dense_score,
           lexical.rank as lexical_rank, lexical.score as lexical_score,
           greatest(0, dense.score, lexical.score / (select sum(idf) from weights)) as relevance
    from dense full join lexical using (chunk_id)
    order by score desc, chunk_id
    limit :limit
)
select found.*, c.document_id, d.title as document_name, d.url,
       c.page_number, c.char_start, c.char_end, c.content
from found join chunks c on c.id = found.chunk_id join documents d on d.id = c.document_id
order by found.score desc, found.chunk_id
""").bindparams(
    bindparam("clone_id", type_=Uuid),
    bindparam("sources", type_=ARRAY(Uuid)),
    bindparam("is_owner", type_=Boolean),
    bindparam("sees_all", type_=Boolean),
    bindparam("mode", type_=Text),
    bindparam("vector", type_=ARRAY(REAL)),
    bindparam("is_tier", type_=Boolean),
    bindparam("provider", type_=Text),
    bindparam("model", type_=Text),
    bindparam("dimensions", type_=Integer),
    bindparam("words", type_=Text),
    bindparam("candidates", type_=Integer),
    bindparam("max_terms", type_=Integer),
    bindparam("limit", type_=Integer),
)
