"""Letters with lost links, and letters rendered again because the meeting changed before they had left."""
