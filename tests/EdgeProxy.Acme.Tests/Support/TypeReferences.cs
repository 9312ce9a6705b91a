using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace EdgeProxy.Acme.Tests;

/// <summary>
/// The types that a type refers to, as the compiler has written them down: in its declaration, its members and their bodies. A constant's
/// owner is not among them, because the compiler copies constants.
/// </summary>
internal static class TypeReferences
{
    /// <summary>Whatever a type declares itself.</summary>
    public const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly FrozenDictionary<short, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => code.Value);

    /// <summary>What <paramref name="type"/> and the types nested in it, those the compiler made included, refer to.</summary>
    public static IEnumerable<Type> Of(Type type) =>
        Direct(type).Concat(type.GetNestedTypes(Declared).SelectMany(Of)).SelectMany(Parts).Distinct();

    /// <summary>The type that this one is nested in, however deep; itself where it is not nested.</summary>
    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Type> Direct(Type type) =>
    [
        .. type.BaseType is { } baseType ? [baseType] : Type.EmptyTypes,
        .. type.GetInterfaces(),
        .. type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()),
        .. Attributes(type),
        .. type.GetMembers(Declared).SelectMany(Attributes),
        .. type.GetFields(Declared).Select(field => field.FieldType),
        .. type.GetMethods(Declared).SelectMany(OfMethod),
        .. type.GetConstructors(Declared).SelectMany(OfMethod),
    ];

    private static IEnumerable<Type> Attributes(MemberInfo member) => member.GetCustomAttributesData().SelectMany(attribute =>
        attribute.ConstructorArguments.Select(argument => argument.Value).OfType<Type>().Append(attribute.AttributeType));

    private static IEnumerable<Type> OfMethod(MethodBase method) =>
    [
        .. Signature(method),
        .. method.IsGenericMethod ? method.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()) : [],
        .. method.GetMethodBody()?.LocalVariables.Select(variable => variable.LocalType) ?? [],
        .. method.GetMethodBody()?.ExceptionHandlingClauses
            .Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType!) ?? [],
        .. Tokens(method).SelectMany(token => OfToken(method, token)),
    ];

    private static IEnumerable<Type> Signature(MethodBase method) =>
    [
        .. method.GetParameters().Select(parameter => parameter.ParameterType),
        .. method is MethodInfo { ReturnType: var result } ? [result] : Type.EmptyTypes,
    ];

    private static IEnumerable<Type> OfToken(MethodBase method, int token)
    {
        var typeArguments = method.DeclaringType!.GetGenericArguments();
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        var member = method.Module.ResolveMember(token, typeArguments, methodArguments);
        return member switch
        {
            Type type => [type],
            FieldInfo field => [field.DeclaringType!, field.FieldType],
            MethodBase { IsGenericMethod: true } called => [called.DeclaringType!, .. Signature(called), .. called.GetGenericArguments()],
            MethodBase called => [called.DeclaringType!, .. Signature(called)],
            _ => [],
        };
    }

    /// <summary>The types, fields and methods that a body names (ECMA-335 §III.1.2).</summary>
    private static IEnumerable<int> Tokens(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var position = 0; position < code.Length;)
        {
            // Instructions of two bytes begin with 0xFE.
            var value = code[position] == 0xFE ? (short)((code[position++] << 8) | code[position++]) : code[position++];
            var operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return BitConverter.ToInt32(code, position);
            position += operand == OperandType.InlineSwitch ? 4 + 4 * BitConverter.ToInt32(code, position) : SizeOf(operand);
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.IsConstructedGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
}
