-- Social profiles with their customer. Engagement: mean likes and comments of posts with visible likes, by follower.
with posts as (
  select customer_id, source, avg(likes + coalesce(comments, 0)) as reactions
    from build.customer_interactions
   where interaction_type = 'social_post' and likes is not null and customer_id is not null
   group by customer_id, source
)
insert into build.social_media_profiles (
  profile_key, customer_id, platform, username, platform_user_id, biography, website, follower_count, following_count,
  post_count, engagement_rate)
select s.key, w.customer_id, s.platform, s.username, s.platform_user_id, s.biography, s.website, s.followers, s.following,
       s.posts, round(p.reactions / nullif(s.followers, 0), 6)::double precision
  from stage.social_profiles s
  left join build.crosswalk own on own.key = s.key
  left join build.customer_refs r
    on r.ref_hash = md5(s.customer_ref::text) and r.source = s.source and r.account = s.account
 cross join lateral (select coalesce(own.customer_id, r.customer_id) as customer_id) w
  left join posts p on p.customer_id = w.customer_id and p.source = s.source
