// SPDX-License-Identifier: Apache-2.0
package espbeat.standins;

import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.elasticsearch.index.mapper.KeywordFieldMapper;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.NumberFieldMapper;
import org.elasticsearch.index.mapper.TextFieldMapper;

/**
 * Field types of modules that this server lacks, mapped to the nearest type that it has.
 * GET _mapping shows the nearest type, not the one asked for; the server's log warns of each.
 */
final class FieldTypes {

    private static final Logger logger = LogManager.getLogger(FieldTypes.class);

    private FieldTypes() {}

    private static Mapper.TypeParser standin(String asked, String given, Mapper.TypeParser real, String... drop) {
        return (name, node, context) -> {
            logger.warn("field [{}]: type [{}] is not in this build, mapped as [{}]", name, asked, given);
            for (String d : drop) {
                node.remove(d);
            }
            return real.parse(name, node, context);
        };
    }

    static Map<String, Mapper.TypeParser> mappers() {
        Map<String, Mapper.TypeParser> m = new LinkedHashMap<>();
        m.put("wildcard", standin("wildcard", "keyword", KeywordFieldMapper.PARSER));
        m.put("constant_keyword", standin("constant_keyword", "keyword", KeywordFieldMapper.PARSER, "value"));
        m.put("match_only_text", standin("match_only_text", "text", TextFieldMapper.PARSER));
        m.put("scaled_float", standin("scaled_float", "double", NumberFieldMapper.NumberType.DOUBLE.parser(), "scaling_factor"));
        m.put("unsigned_long", standin("unsigned_long", "double", NumberFieldMapper.NumberType.DOUBLE.parser()));
        return m;
    }
}
