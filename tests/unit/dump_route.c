/* Driven by oracle_route.py: reads lines SALT TAB KEY TAB SHARE and writes the bucket, the share in
 * millionths, and 1 if the canary serves the key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deploy/route.h"

int main(void) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        char *key = strchr(line, '\t');
        char *share = key ? strchr(key + 1, '\t') : NULL;
        if (!share) return 1;
        *key++ = 0;
        *share++ = 0;
        int32_t bucket = mlops__route_bucket(mlops__route_seed(line), key);
        int32_t ppm = mlops__route_ppm(strtod(share, NULL));
        printf("%d %d %d\n", (int)bucket, (int)ppm, bucket < ppm);
    }
    return 0;
}
